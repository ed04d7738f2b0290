// The service worker. It keeps the package (wasm, JS, CSS) and the fonts, whose addresses change with
// their content, and shows a page of its own when the network is away. It never keeps a page or an
// answer of the API: those hold a person's work, and belong to a session.

const PACKAGE = new URL(self.location.href).searchParams.get("pkg") || "/pkg";
const CACHE = "soundstage " + PACKAGE;
// In development the package's address does not change with its content.
const HASHED = PACKAGE !== "/pkg";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("soundstage ") && name !== CACHE) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(away));
  } else if (url.pathname.startsWith("/fonts/") || (HASHED && url.pathname.startsWith(PACKAGE + "/"))) {
    event.respondWith(kept(request));
  }
});

async function kept(request) {
  const cache = await caches.open(CACHE);
  const had = await cache.match(request);
  if (had) return had;
  const response = await fetch(request);
  // A part of a file, or an error, is not the file.
  if (response.status === 200) keep(cache, request, response.clone());
  return response;
}

// A full disk must not cost the response.
function keep(cache, request, response) {
  cache.put(request, response).catch(() => {});
}

function away() {
  return new Response(
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<link rel="icon" href="/favicon.svg">
<title>Offline · Soundstage</title>
<style>
  :root { color-scheme: dark light; }
  body { margin: 0; min-height: 100dvh; display: grid; place-content: center; justify-items: center; gap: 6px;
    padding: 24px; text-align: center; font: 15px/24px Inter, system-ui, sans-serif;
    background: light-dark(#e4e2dd, #080706); color: light-dark(#1d1a17, #f0ede9); }
  svg { width: 56px; margin-bottom: 12px; }
  h1 { font-size: 22px; line-height: 28px; font-weight: 600; letter-spacing: -.02em; margin: 0; }
  p { margin: 0 0 16px; max-width: 36ch; color: light-dark(#4f4a45, #bdb7af); }
  a { padding: 9px 14px; border-radius: 7px; background: #faab3f; color: #1d1206; font-weight: 600; font-size: 13px;
    line-height: 20px; text-decoration: none; }
  a:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
</style>
<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" aria-hidden="true">
  <path d="M3 17.25a9 9 0 0 1 18 0"/><path d="M7.25 17.25a4.75 4.75 0 0 1 5.6-4.67" opacity=".55"/>
  <path d="M12 17.25H4.6" stroke="#faab3f" stroke-width="2"/><circle cx="12" cy="17.25" r="1.9" fill="#faab3f" stroke="none"/>
</svg>
<h1>Soundstage does not answer</h1>
<p>The network or the server is away. What you sent is kept there, and this page works again as soon as it is back.</p>
<a href="">Try again</a>
</html>`,
    { status: 503, headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" } },
  );
}
