// The budgets of the direction page, measured on a finished binary. Each part starts what it needs, adds
// rows to the table and ends what it started, so that any of them can be run alone.
import { parseArgs } from 'node:util';
import { measureAnalysis, measureMemory } from './audio.ts';
import { measureComposer, measureFirstVisit } from './browser.ts';
import { measurePages } from './pages.ts';
import { measureSearch } from './search.ts';
import { measureStart } from './start.ts';
import { measureRelay, measureStarting } from './streams.ts';
import { Table } from './table.ts';

export type Options = {
  /** Short counts: whether it works, and roughly how. */
  quick: boolean;
  uploadBytes: number;
};

const parts: Record<string, (table: Table, options: Options) => Promise<void>> = {
  start: measureStart,
  visit: measureFirstVisit,
  composer: measureComposer,
  pages: measurePages,
  starting: measureStarting,
  relay: measureRelay,
  analysis: measureAnalysis,
  memory: measureMemory,
  search: measureSearch,
};

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(parts).join() },
    'upload-gb': { type: 'string', default: '1' },
  },
});
const chosen = values.only.split(',');
const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length) {
  console.error(`bench: no such part: ${unknown.join()} (${Object.keys(parts).join()})`);
  process.exit(2);
}
const options = { quick: values.quick, uploadBytes: Number(values['upload-gb']) * 2 ** 30 };
const table = new Table(values.json);
for (const name of chosen) {
  console.error(`==> ${name}`);
  await parts[name](table, options).catch((error) => {
    if (process.env.SHOW_LOGS) console.error(error);
    table.fail(name, error);
  });
}
table.print();
process.exit(table.isGood ? 0 : 1);
