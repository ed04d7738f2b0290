// What somebody waits for: the chat page in real Chromium, with a profile on disk as people have it.
import { chromium, type BrowserContext, type Page, type Request } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import config from '../playwright.config.ts';
import { Client } from '../support/client.ts';
import { Studio } from '../support/process.ts';
import { median } from './load.ts';
import type { Options } from './main.ts';
import type { Table } from './table.ts';

export async function measureFirstVisit(table: Table) {
  await withStudio(async (studio, client) => {
    // Without the service worker, which does not hold the page up: what the page itself needs.
    const alone = await withProfile(studio, client, 'block', (context) => visit(context, studio));
    const note = Object.entries(alone.kinds).map(([kind, bytes]) => `${kind} ${(bytes / 1e3).toFixed(1)}`);
    table.add('First visit to the chat page: over the wire', alone.bytes / 1e3, 'KB', 350, note.join(', '));
    table.add('…requests', alone.requests, '', 12);
    const { bytes, requests } = await withProfile(studio, client, 'allow', serviceWorker(studio));
    table.add('…and the service worker, behind it', bytes / 1e3, 'KB', undefined, `${requests} requests`);
  });
}

export async function measureComposer(table: Table, { quick }: Options) {
  await withStudio(async (studio, client) => {
    const fresh: number[] = [];
    const warm: number[] = [];
    for (let profile = 0; profile < (quick ? 2 : 9); profile++) {
      await withProfile(studio, client, 'allow', async (context) => {
        fresh.push(await write(context, studio));
        // Time to put into the caches what was fetched, and to compile it for good.
        await pause(2_000);
        await write(context, studio);
        await pause(1_000);
        warm.push(await write(context, studio));
      });
    }
    const note = (all: number[]) => `median of ${all.length}: ${all.map((ms) => ms.toFixed(0)).join(', ')}`;
    table.add('Composer usable, fresh profile', median(fresh), 'ms', 500, note(fresh));
    table.add('Composer usable, warm cache', median(warm), 'ms', 200, note(warm));
  });
}

/** From the address to the server's answer that the message is stored. */
async function write(context: BrowserContext, studio: Studio): Promise<number> {
  const page = await context.newPage();
  const stored = page.waitForResponse((answer) => answer.url().endsWith('/api/fn/send'));
  const began = performance.now();
  await page.goto(studio.url, { waitUntil: 'commit' });
  const composer = page.getByRole('textbox', { name: 'Message' });
  await composer.focus();
  await page.keyboard.insertText('How loud should a master be?');
  await page.keyboard.press('Enter');
  const answer = await stored;
  const took = performance.now() - began;
  if (!answer.ok()) throw new Error(`send: ${answer.status()}`);
  await page.close();
  return took;
}

async function visit(context: BrowserContext, studio: Studio) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  const kinds: Record<string, number> = {};
  const kind = new Map<string, string>();
  let requests = 0;
  session.on('Network.responseReceived', ({ requestId, response, type }) => {
    const isWasm = response.mimeType === 'application/wasm';
    if (response.url.startsWith('http') && !response.fromDiskCache) kind.set(requestId, isWasm ? 'wasm' : type.toLowerCase());
  });
  // Headers and body, compressed as they came.
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const known = kind.get(requestId);
    if (!known) return;
    requests += 1;
    kinds[known] = (kinds[known] ?? 0) + encodedDataLength;
  });
  await settle(page, studio);
  const bytes = Object.values(kinds).reduce((sum, one) => sum + one, 0);
  return { bytes, requests, kinds };
}

/** What the worker asks for: its script, and files to keep. */
const serviceWorker = (studio: Studio) => async (context: BrowserContext) => {
  const fetched: Promise<number>[] = [];
  context.on('requestfinished', (request) => {
    const isScript = new URL(request.url()).pathname === '/sw.js';
    if (request.serviceWorker() || isScript) fetched.push(wireSize(request));
  });
  await settle(await context.newPage(), studio);
  await pause(1_000);
  const sizes = await Promise.all(fetched);
  return { bytes: sizes.reduce((sum, one) => sum + one, 0), requests: sizes.length };
};

/** Chromium does not say how long the body of a worker's request was; the server's files announce it. */
async function wireSize(request: Request): Promise<number> {
  const { responseHeadersSize } = await request.sizes();
  const length = await request.response().then((answer) => answer?.headerValue('content-length'));
  return responseHeadersSize + Number(length ?? 0);
}

/** Alive, and quiet: fonts and whatever is fetched late are there. */
async function settle(page: Page, studio: Studio) {
  await page.goto(studio.url, { waitUntil: 'networkidle' });
  await page.evaluate(() => document.fonts.ready);
  await pause(1_500);
}

async function withProfile<T>(
  studio: Studio,
  client: Client,
  serviceWorkers: 'allow' | 'block',
  act: (context: BrowserContext) => Promise<T>,
): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'soundstage-profile-'));
  const { launchOptions, viewport, colorScheme } = config.use!;
  const context = await chromium.launchPersistentContext(profile, { ...launchOptions, viewport, colorScheme, serviceWorkers });
  try {
    const [name, value] = client.headers.cookie.split(/=(.*)/);
    await context.addCookies([{ name, value, url: studio.url, httpOnly: true, sameSite: 'Strict' }]);
    return await act(context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function withStudio(act: (studio: Studio, client: Client) => Promise<void>) {
  const studio = new Studio();
  try {
    await studio.start();
    const client = new Client(studio);
    await client.setUp();
    await act(studio, client);
  } finally {
    await studio.end();
  }
}
