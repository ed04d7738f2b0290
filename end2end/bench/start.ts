// From the command to the first healthy answer, and what a server takes that has nothing to do.
import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '../support/client.ts';
import { program, Studio } from '../support/process.ts';
import { median } from './load.ts';
import type { Options } from './main.ts';
import { pss } from './proc.ts';
import type { Table } from './table.ts';

export async function measureStart(table: Table, { quick }: Options) {
  table.add('Installed size', statSync(program).size / 1e6, 'MB', 60, 'the one file');

  const times = quick ? 3 : 11;
  const first: number[] = [];
  const again: number[] = [];
  for (let time = 0; time < times; time++) {
    const studio = new Studio();
    first.push(await timed(() => studio.start()));
    await studio.kill();
    again.push(await timed(() => studio.start()));
    await studio.end();
  }
  table.add('Start to first healthy answer', median(again), 'ms', 200, `median of ${times}; asked every 5 ms`);
  table.add('…in an empty folder', median(first), 'ms', 200, 'makes the keys and the database');

  // As it is on the next morning: an owner, somebody who has looked in, then nothing.
  const studio = new Studio();
  try {
    await studio.start();
    const client = new Client(studio);
    await client.setUp();
    await studio.kill();
    await studio.start();
    await client.fetch('/').then((page) => page.text());
    await pause(quick ? 1_000 : 5_000);
    table.add('Idle memory (PSS)', pss(studio.pid), 'MB', 40, 'after a start and one page');
  } finally {
    await studio.end();
  }
}

async function timed(act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}
