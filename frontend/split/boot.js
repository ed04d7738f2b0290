// Starts the client: its first part at once, the rest when it is needed (see split.mjs). This is the
// module that the page imports; `glue` is what wasm-bindgen wrote.
import { __wbg_finalize_init, __wbg_get_imports } from 'glue';

export { hydrate } from 'glue';

const address = new URL('soundstage_rest.wasm', import.meta.url);
let first;
let rest;
// A page that was left still clears up behind itself, and finds no network then.
let isLeft = false;
addEventListener('pagehide', () => (isLeft = true));
addEventListener('pageshow', () => (isLeft = false));

export default async function start({ module_or_path }) {
  const needsAll = location.pathname !== '/';
  const compiled = needsAll && WebAssembly.compileStreaming(fetch(address));
  const { instance, module } = await WebAssembly.instantiateStreaming(fetch(module_or_path), {
    ...__wbg_get_imports(),
    rest: new Proxy({}, { get: (_, name) => (...values) => (rest ?? fetchAtOnce())[name](...values) }),
  });
  first = __wbg_finalize_init(instance, module);
  if (needsAll) join(await compiled);
  else fetchOnReach();
}

function join(module) {
  rest ??= new WebAssembly.Instance(module, { ...__wbg_get_imports(), first }).exports;
  return rest;
}

/** Whoever moves, touches or types may want more than is here. */
function fetchOnReach() {
  const signs = ['pointermove', 'pointerdown', 'keydown', 'focusin', 'dragenter'];
  const once = new AbortController();
  const fetchRest = () => {
    once.abort();
    // Away from the network it is tried again, but not with every move of the pointer.
    WebAssembly.compileStreaming(fetch(address)).then(join, () => setTimeout(fetchOnReach, 2_000));
  };
  for (const sign of signs) addEventListener(sign, fetchRest, { signal: once.signal, passive: true });
}

/** For a call that cannot wait. Rare: it came before the first sign of a person. */
function fetchAtOnce() {
  const request = new XMLHttpRequest();
  request.open('GET', address, false);
  // A response of bytes is not allowed to a request that blocks; this keeps each byte in a character.
  request.overrideMimeType('text/plain; charset=x-user-defined');
  try {
    request.send();
  } catch (error) {
    // Away from the network. The page of the service worker says so and comes back with it.
    if (!isLeft) location.reload();
    throw error;
  }
  const text = request.response;
  const bytes = new Uint8Array(text.length);
  // (`Uint8Array.from` takes a third of a second for the same.)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return join(new WebAssembly.Module(bytes));
}
