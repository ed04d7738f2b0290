// What was measured, against its budget.
export type Row = {
  what: string;
  unit: string;
  value: number | null;
  /** The budget; without one the row is there to explain others. */
  most?: number;
  /** How it was measured, or why it was not. */
  note?: string;
};

export class Table {
  private readonly rows: Row[] = [];

  constructor(private readonly json: boolean) {}

  add(what: string, value: number, unit: string, most?: number, note?: string) {
    this.rows.push({ what, value, unit, most, note });
  }

  /** What cannot be measured here; said, and no failure. */
  leaveOut(what: string, why: string) {
    this.rows.push({ what, value: null, unit: '', note: why });
  }

  fail(what: string, error: unknown) {
    const message = String(error instanceof Error ? error.message : error);
    this.rows.push({ what, value: NaN, unit: '', note: message.split('\n')[0] });
  }

  get isGood() {
    return this.rows.every((row) => verdict(row) === 'ok' || verdict(row) === '');
  }

  print() {
    if (this.json) {
      // JSON has no NaN: it becomes null.
      const rows = this.rows.map((row) => ({ ...row, verdict: verdict(row) }));
      console.log(JSON.stringify({ rows }, null, 2));
      return;
    }
    const lines = [
      ['what', 'budget', 'measured', 'verdict', ''],
      ...this.rows.map((row) => [row.what, budget(row), measured(row), verdict(row), row.note ?? '']),
    ];
    const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
    for (const line of lines) {
      const cells = line.map((cell, at) => (isNumber(at) ? cell.padStart(widths[at]) : cell.padEnd(widths[at])));
      console.log(cells.join('  ').trimEnd());
    }
  }
}

const isNumber = (column: number) => column === 1 || column === 2;

function verdict({ value, most }: Row): 'ok' | 'over' | 'failed' | '' {
  if (Number.isNaN(value)) return 'failed';
  if (value === null || most === undefined) return '';
  return value <= most ? 'ok' : 'over';
}

const budget = ({ most, unit }: Row) => (most === undefined ? '' : `≤ ${most} ${unit}`.trim());

const measured = ({ value, unit }: Row) => (value === null || Number.isNaN(value) ? '–' : `${short(value)} ${unit}`.trim());

/** Three digits say enough; whole numbers stay whole. */
const short = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));
