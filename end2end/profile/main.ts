// First visits to the empty chat, up to the moment at which a message is on its way, with a client that
// reports each function that it enters (frontend/split).
import { chromium, type BrowserContextOptions } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import config from '../playwright.config.ts';
import { Client } from '../support/client.ts';
import { answered } from '../support/conversation.ts';
import { Studio } from '../support/process.ts';

const traced = process.argv[2];
const entered = new Set<number>();
const studio = new Studio();
const browser = await chromium.launch(config.use!.launchOptions);
try {
  await studio.start();
  const client = new Client(studio);
  await client.setUp();
  // Each visit leaves a conversation, so that the second meets a list that is not empty.
  await visit(client, { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  await visit(client, { viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  await visit(client, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
} finally {
  await browser.close();
  await studio.end();
}
for (const id of entered) console.log((id >>> 0).toString(16).padStart(8, '0'));

async function visit(client: Client, options: BrowserContextOptions) {
  const context = await browser.newContext({ ...options, serviceWorkers: 'block' });
  const [name, value] = client.headers.cookie.split(/=(.*)/);
  await context.addCookies([{ name, value, url: studio.url, httpOnly: true, sameSite: 'Strict' }]);
  const page = await context.newPage();
  await page.route(/soundstage(_bg)?\.wasm$/, (route) =>
    route.fulfill({ body: readFileSync(`${traced}.wasm`), contentType: 'application/wasm' }),
  );
  await page.route(/soundstage\.js$/, (route) =>
    route.fulfill({ body: readFileSync(`${traced}.js`), contentType: 'text/javascript' }),
  );
  await page.goto(studio.url, { waitUntil: 'networkidle' });
  // Long enough for what a page does by itself once it is alive: the live channel, its heartbeat.
  await pause(20_000);
  // Held until the client was asked: what the answer sets off belongs to the rest.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/api/fn/send', (route) => held.then(() => route.continue()));
  const sending = page.waitForRequest('**/api/fn/send');
  const composer = page.getByRole('textbox', { name: 'Message' });
  await composer.focus();
  await page.keyboard.insertText('How loud should a master be?');
  await page.keyboard.press('Enter');
  await sending;
  for (const id of await page.evaluate(() => [...(globalThis as any).entered])) entered.add(id);
  release();
  // To its end: what it still has to say would reach the next visit.
  await answered(page);
  await context.close();
}
