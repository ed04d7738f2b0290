// Measuring sound: its processor time beside ffmpeg's, and memory that must not grow with the file.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '../support/client.ts';
import { program, Studio } from '../support/process.ts';
import { median } from './load.ts';
import type { Options } from './main.ts';
import { peak, pss } from './proc.ts';
import type { Table } from './table.ts';
import { LongSong } from './wav.ts';

export async function measureAnalysis(table: Table, { quick }: Options) {
  const what = 'Full analysis, CPU beside ffmpeg';
  const seconds = quick ? 60 : 318;
  const hasFfmpeg = !spawnSync('ffmpeg', ['-version']).error;
  await withFile(seconds, async (file) => {
    const analyze = [program, 'analyze', '--json', file];
    const filter = ['-threads', '1', '-af', 'ebur128=peak=true', '-f', 'null', '-'];
    const ffmpeg = ['ffmpeg', '-nostdin', '-threads', '1', '-i', file, ...filter];
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      ours.push(await childCpuSeconds(analyze));
      if (hasFfmpeg) theirs.push(await childCpuSeconds(ffmpeg));
    }
    const [own, peer] = [median(ours), median(theirs)];
    const spent = `${own.toFixed(2)} s for ${seconds} s of stereo`;
    if (hasFfmpeg) table.add(what, own / peer, '', 1, `${spent}, ffmpeg ${peer.toFixed(2)} s`);
    else table.leaveOut(what, `no ffmpeg here; ${spent}`);
  });
}

export async function measureMemory(table: Table, { quick, uploadBytes }: Options) {
  const minutes = quick ? 5 : 60;
  await withFile(minutes * 60, async (file) => {
    const most = await childPeak([program, 'analyze', '--json', file]);
    table.add(`Analysis of ${minutes} minutes: peak memory (RSS)`, most, 'MB', 100);
  });

  const bytes = quick ? Math.min(uploadBytes, 256 << 20) : uploadBytes;
  const studio = new Studio({ SOUNDSTAGE_MAX_UPLOAD: String(bytes) });
  try {
    await studio.start();
    const client = new Client(studio);
    await client.setUp();
    await pause(2_000);
    const idle = pss(studio.pid);
    const most = { upload: 0, measuring: 0 };
    let doing: keyof typeof most = 'upload';
    const watch = setInterval(() => (most[doing] = Math.max(most[doing], pss(studio.pid))), 50);
    try {
      const asset = await upload(client, LongSong.ofBytes(bytes));
      doing = 'measuring';
      await measured(client, asset);
    } finally {
      clearInterval(watch);
    }
    const size = `${(bytes / 2 ** 30).toFixed(2)} GiB`;
    const note = `idle ${idle.toFixed(0)} MB, sampled every 50 ms`;
    table.add(`Upload of ${size}: memory over idle (PSS)`, most.upload - idle, 'MB', 100, note);
    table.add('…and while it is measured', most.measuring - idle, 'MB', 100);
  } finally {
    await studio.end();
  }
}

async function upload(client: Client, song: LongSong): Promise<string> {
  const address = await client.begin('long.wav', song.bytes);
  let offset = 0;
  for (const piece of song.pieces()) offset = await client.append(address, offset, piece);
  return address.split('/').pop()!;
}

async function measured(client: Client, asset: string) {
  const late = Date.now() + 15 * 60_000;
  while ((await client.fetch(`/api/assets/${asset}/report.json`)).status !== 200) {
    if (Date.now() > late) throw new Error('the upload was not measured');
    await pause(100);
  }
}

async function withFile(seconds: number, act: (file: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'soundstage-bench-'));
  try {
    const file = join(folder, 'long.wav');
    await LongSong.ofSeconds(seconds).write(file);
    await act(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** User and system time. By bash, because Node does not tell what its children took. */
async function childCpuSeconds(command: string[]): Promise<number> {
  const script = 'TIMEFORMAT="%U %S"; said=$(mktemp); time "$@" >/dev/null 2>"$said" || { cat "$said" >&2; exit 1; }';
  const child = spawn('bash', ['-c', script, 'bash', ...command], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${command[0]}: ${said.trim()}`);
  const [user, system] = said.trim().split(' ').map(Number);
  return user + system;
}

/** The kernel's own high-water mark, read until the process is gone. */
async function childPeak(command: string[]): Promise<number> {
  const child = spawn(command[0], command.slice(1), { stdio: 'ignore' });
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let most = 0;
  const watch = setInterval(() => {
    try {
      most = peak(child.pid!) || most;
    } catch {
      // Gone between two looks.
    }
  }, 20);
  const code = await gone;
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command[0]} ended with ${code}`);
  return most;
}
