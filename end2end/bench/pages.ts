// What the server spends on a page and on knowing who asks.
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '../support/client.ts';
import { makeSong, Studio } from '../support/process.ts';
import { Load } from './load.ts';
import type { Options } from './main.ts';
import { cpuSeconds, pss, tick } from './proc.ts';
import type { Table } from './table.ts';

const questions = 10;

export async function measurePages(table: Table, { quick }: Options) {
  const studio = new Studio();
  try {
    await studio.start();
    const client = new Client(studio);
    await client.setUp();
    const conversation = await longConversation(client);
    const load = new Load(studio.url, client.headers, 4);
    const count = quick ? 200 : 2_000;

    const page = async (path: string) => {
      const { bytes, headers } = await load.get(path, { 'accept-encoding': 'gzip' });
      if (headers['content-encoding'] !== 'gzip') throw new Error(`${path} came without gzip`);
      return bytes.length;
    };
    const each = async (what: string, most: number, times: number, act: () => Promise<unknown>) => {
      await load.repeat(times / 4, act);
      const before = cpuSeconds(studio.pid);
      await load.repeat(times, act);
      const spent = cpuSeconds(studio.pid) - before;
      const note = `${times} on 4 connections, ± ${((tick / times) * 1_000).toFixed(3)}`;
      table.add(what, (spent / times) * 1_000, 'ms CPU', most, note);
    };
    await each(`Page with gzip: empty shell (${kb(await page('/'))})`, 0.5, count, () => page('/'));
    await each('Session check by a small API', 0.1, count * 5, () => load.call('me'));
    const long = `/c/${conversation}`;
    await each(`Page with gzip: 20 messages and an analysis (${kb(await page(long))})`, 2, count, () => page(long));
    load.end();

    await rest(table, studio, 'pages', quick);
  } finally {
    await studio.end();
  }
}

/** A mix, its critique, and nine more questions with their answers. */
async function longConversation(client: Client): Promise<string> {
  const song = makeSong();
  const asset = await client.upload('faulty.wav', readFileSync(song.mix));
  rmSync(song.folder, { recursive: true });
  let conversation: string | null = null;
  for (let index = 0; index < questions; index++) {
    const sent: any = await client.call('send', {
      draft: {
        key: `bench-${index}`,
        conversation,
        text: index === 0 ? 'What is wrong with my low end?' : `How do I get the kick to sit, in step ${index}?`,
        attachments: index === 0 ? [{ asset, side: 'a' }] : [],
      },
    });
    conversation = sent.conversation;
    await answered(client, sent.conversation);
  }
  const view = await client.call('conversation', { id: conversation });
  const isWhole = view.messages.length === 2 * questions && view.messages[1].run.analysis;
  if (!isWhole) throw new Error('the conversation is not what was meant');
  return conversation!;
}

async function answered(client: Client, id: string) {
  const late = Date.now() + 120_000;
  while (Date.now() < late) {
    const { messages } = await client.call('conversation', { id });
    const { state, error } = messages.at(-1).run;
    if (state === 'done') return;
    if (!['measuring', 'writing'].includes(state)) throw new Error(`an answer ended as ${state}: ${error?.message}`);
    await pause(50);
  }
  throw new Error('an answer did not come to its end');
}

/** Memory when what was done is over. */
export async function rest(table: Table, studio: Studio, after: string, quick: boolean) {
  const seconds = quick ? 3 : 60;
  await pause(seconds * 1_000);
  table.add(`Memory (PSS) ${seconds} s after the ${after}`, pss(studio.pid), 'MB', 80);
}

const kb = (bytes: number) => `${(bytes / 1e3).toFixed(1)} KB`;
