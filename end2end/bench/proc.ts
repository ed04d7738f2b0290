// What the kernel says about a process.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** The resolution of `cpuSeconds`. */
export const tick = 1 / ticks;

/** User and system time so far, without children. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name stands in brackets and may hold anything; behind it come fields 3, 4, …
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) / ticks;
}

/** Proportional set size, MB. */
export const pss = (pid: number) => kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss') / 1024;

/** The most memory that it ever had, MB. */
export const peak = (pid: number) => kilobytes(`/proc/${pid}/status`, 'VmHWM') / 1024;

function kilobytes(file: string, field: string): number {
  const found = readFileSync(file, 'utf8').match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'));
  return Number(found?.[1]);
}
