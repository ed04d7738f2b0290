// Everything ever said, found by its words: brought by an import, looked for as somebody types.
import { Client } from '../support/client.ts';
import { Studio } from '../support/process.ts';
import { percentile } from './load.ts';
import type { Options } from './main.ts';
import { pss } from './proc.ts';
import type { Table } from './table.ts';

const exchanges = 25;
const words = 40;

export async function measureSearch(table: Table, { quick }: Options) {
  const conversations = quick ? 100 : 2_000;
  const messages = conversations * exchanges * 2;
  const dice = new Dice();
  const studio = new Studio();
  try {
    await studio.start();
    const client = new Client(studio);
    await client.setUp();
    const file = JSON.stringify(Array.from({ length: conversations }, (_, n) => conversation(n, dice)));
    const began = performance.now();
    const brought = await client.fetch('/api/v1/import', { method: 'POST', body: file });
    const summary = (await brought.json()) as { taken: number };
    if (summary.taken !== conversations) throw new Error(`the import took ${JSON.stringify(summary)}`);
    const took = (performance.now() - began) / 1_000;
    table.add('Importing a message', (took * 1_000) / messages, 'ms', undefined, `${messages} of them, ${(file.length / 1e6).toFixed(0)} MB, in ${took.toFixed(0)} s`);
    table.add('…memory after it (PSS)', pss(studio.pid), 'MB', undefined, 'the file is put aside on disk');

    const times: number[] = [];
    for (let n = 0; n < (quick ? 30 : 300); n++) {
      const asked = question(n, dice, conversations);
      const at = performance.now();
      const answer = await client.fetch(`/api/v1/conversations?search=${encodeURIComponent(asked)}`);
      if (!answer.ok) throw new Error(`a search answered ${answer.status}`);
      await answer.arrayBuffer();
      times.push(performance.now() - at);
    }
    const most = quick ? undefined : 100;
    table.add('Search, p95', percentile(times, 0.95), 'ms', most, `${messages} messages; the whole answer, up to 200 conversations with excerpts`);
    table.add('…p50', percentile(times, 0.5), 'ms');
  } finally {
    await studio.end();
  }
}

/** A letter, the beginning of a word, common words, words of one conversation, several at once: in turn. */
function question(n: number, dice: Dice, conversations: number): string {
  switch (n % 6) {
    case 0: return word(dice.below(200))[0];
    case 1: return word(dice.below(200)).slice(0, 2);
    case 2: return word(0);
    case 3: return `only${dice.below(conversations)}`;
    case 4: return `${word(dice.below(200))} ${word(0)}`;
    default: return [1, 2, 3].map(() => word(dice.below(200))).join(' ');
  }
}

function conversation(n: number, dice: Dice) {
  const at = (n + 1_600_000_000) * 1e6;
  const messages = Array.from({ length: exchanges * 2 }, (_, index) => ({
    id: `${index}`,
    parent: index ? `${index - 1}` : null,
    author: index % 2 ? 'assistant' : 'person',
    text: `${dice.text()}${index ? '' : ` only${n}`}`,
    created_at: at + index,
  }));
  return { format: 'soundstage.conversation', version: 1, id: `${n}`, title: dice.text().slice(0, 40), updated_at: at + 100, leaf: `${exchanges * 2 - 1}`, messages };
}

/** Of the vocabulary; the first is said most often. */
function word(n: number): string {
  const dice = new Dice(n * 7_919 + 1);
  return Array.from({ length: 3 + dice.below(6) }, () => String.fromCharCode(97 + dice.below(26))).join('');
}

/** The same throws on every run (mulberry32). */
class Dice {
  private seed: number;

  constructor(seed = 1) {
    this.seed = seed;
  }

  below(most: number): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * most);
  }

  text(): string {
    // Some words are said far more often than others.
    return Array.from({ length: words }, () => word(Math.floor(200 * (this.below(1_000) / 1_000) ** 2))).join(' ');
  }
}
