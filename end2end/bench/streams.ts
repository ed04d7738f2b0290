// Answers while they are being written: what it costs to start one, and what the studio adds to each token
// between the model and the browser.
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '../support/client.ts';
import { startFakeModel, Studio } from '../support/process.ts';
import { tieClock } from './clock.ts';
import { median, percentile } from './load.ts';
import type { Options } from './main.ts';
import { rest } from './pages.ts';
import { cpuSeconds, tick } from './proc.ts';
import { Direct, Tabs, type Talk } from './talk.ts';
import type { Table } from './table.ts';

const perSecond = 30;
const atOnce = 200;

/** An answer of one token, from the question to its stored end. */
export async function measureStarting(table: Table, { quick }: Options) {
  await withFake('clock-1', async (studio, client, fake) => {
    const count = quick ? 100 : 600;
    const few = await Tabs.open(studio, client, 8);
    await few.answers(count / 4);
    const before = cpuSeconds(studio.pid);
    await few.answers(count);
    const spent = cpuSeconds(studio.pid) - before;
    few.end();
    const note = `with its one token and its end; ${count}, 8 at a time`;
    table.add('Starting a streamed answer', (spent / count) * 1_000, 'ms CPU', 1, note);

    const rounds = quick ? 2 : 5;
    const firstOf = async (talk: Talk) => {
      const medians: number[] = [];
      for (let round = 0; round < rounds; round++) medians.push(median(await talk.answers(atOnce)));
      return median(medians);
    };
    const alone = new Direct(fake.address, 'clock-1', atOnce);
    const direct = await firstOf(alone);
    alone.end();
    const tabs = await Tabs.open(studio, client, atOnce);
    const compared = `median of ${rounds} rounds; from the model directly ${direct.toFixed(1)} ms`;
    table.add(`First token, ${atOnce} at once: p50`, await firstOf(tabs), 'ms', 100, compared);
    tabs.end();
  });
}

export async function measureRelay(table: Table, { quick }: Options) {
  const seconds = quick ? 3 : 20;
  // Long enough that all are still being written when the last has been watched.
  const model = `clock-${perSecond * (seconds + 5)}`;
  await withFake(model, async (studio, client, fake) => {
    for (const count of [1, 50, 200]) {
      const of = `${count} stream${count > 1 ? 's' : ''}`;
      const alone = new Direct(fake.address, model, count);
      const direct = await watch(alone, count, seconds);
      alone.end();
      const tabs = await Tabs.open(studio, client, count);
      const through = await watch(tabs, count, seconds, studio.pid);
      tabs.end();

      const tokens = through.delays.length;
      const expected = perSecond * count * seconds;
      if (tokens === 0) throw new Error(`${of}: no token came`);
      // One stream spends a tick or two in all: that is no figure to hold against a budget.
      const error = (tick / tokens) * 1e6;
      const budget = error < 1 ? 15 : undefined;
      const came = `${tokens} of ${expected} tokens came in ${seconds} s, ± ${error.toFixed(2)}`;
      table.add(`Relaying a token, ${of}`, (through.cpu / tokens) * 1e6, 'µs CPU', budget, came);
      for (const [name, share, most] of [['p50', 0.5, undefined], ['p99', 0.99, 5]] as const) {
        const [whole, part] = [percentile(through.delays, share), percentile(direct.delays, share)];
        const note = `${whole.toFixed(2)} through the studio, ${part.toFixed(2)} directly`;
        table.add(`…added latency ${name}`, whole - part, 'ms', most, note);
      }
    }
    await rest(table, studio, 'streams', quick);
  });
}

/** Begins the answers spread over a second, as people do, and watches them all for some seconds. */
async function watch(talk: Talk, count: number, seconds: number, pid?: number) {
  tieClock();
  const all = talk.answers(count, 1_000 / count);
  // Rejected while we wait, it is still awaited below.
  all.catch(() => {});
  await pause(2_500);
  talk.delays = [];
  const before = pid ? cpuSeconds(pid) : 0;
  await pause(seconds * 1_000);
  const cpu = pid ? cpuSeconds(pid) - before : 0;
  const { delays } = talk;
  talk.delays = [];
  await all;
  return { cpu, delays };
}

type FakeModel = Awaited<ReturnType<typeof startFakeModel>>;

async function withFake(model: string, act: (studio: Studio, client: Client, fake: FakeModel) => Promise<void>) {
  const fake = await startFakeModel();
  const studio = new Studio(fake.environment(model));
  try {
    await studio.start();
    const client = new Client(studio);
    await client.setUp();
    await act(studio, client, fake);
  } finally {
    await studio.end();
    fake.kill();
  }
}
