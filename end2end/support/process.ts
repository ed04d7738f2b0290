// The programs that are tried, as processes: a studio with a fresh data folder and a free port, the fake
// model, and the song. Knows no test runner, so that the bench can use it too.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

export const owner = { name: 'Mara Ellis', email: 'mara@studio.example', password: 'night ferry at half past nine' };

export const program = must('SOUNDSTAGE_BIN');
const fakes = must('SOUNDSTAGE_FAKES');
const startTimeout = 30_000;

export type Song = { folder: string; mix: string; reference: string };

export class Studio {
  url = '';
  setUpLink = '';
  readonly data = mkdtempSync(join(tmpdir(), 'soundstage-'));
  private process?: ChildProcess;
  private port = 0;

  constructor(private readonly environment: Record<string, string> = {}) {}

  get pid(): number {
    return this.process!.pid!;
  }

  async start() {
    this.port ||= await freePort();
    this.url = `http://localhost:${this.port}`;
    const server = spawn(program, ['serve', '--data', this.data, '--listen', `127.0.0.1:${this.port}`], {
      env: { PATH: process.env.PATH, SOUNDSTAGE_URL: this.url, ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = server;
    for (const stream of [server.stdout, server.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (process.env.SHOW_LOGS) console.log('   |', line);
        const link = line.match(/https?:\S+\/set-up\?key=\S+/);
        if (link) this.setUpLink = link[0];
      });
    }
    const late = Date.now() + startTimeout;
    while ((await this.health()) !== 200) {
      if (this.isGone || Date.now() > late) throw new Error('the studio did not start (SHOW_LOGS=1 shows why)');
      await pause(5);
    }
  }

  /** Another command on the same data, while it runs: what it printed. */
  run(...command: string[]): string {
    const env = { PATH: process.env.PATH, ...this.environment };
    return execFileSync(program, [...command, '--data', this.data], { env, encoding: 'utf8' });
  }

  /** What a power cut does. */
  async kill() {
    const gone = new Promise((resolve) => this.process?.once('exit', resolve));
    this.process?.kill('SIGKILL');
    await gone;
  }

  async end() {
    if (this.process && !this.isGone) await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }

  private health(): Promise<number> {
    return fetch(`${this.url}/api/health`).then((answer) => answer.status, () => 0);
  }

  private get isGone() {
    return this.process?.exitCode !== null || this.process.signalCode !== null;
  }
}

/** A misbehaving peer until it is killed, and its address. */
export async function startFake(name: string) {
  const fake = spawn(join(fakes, name), ['--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve, reject) => {
    fake.once('error', reject);
    createInterface({ input: fake.stdout }).on('line', (line) => {
      const found = line.match(/127\.0\.0\.1:\d+/);
      if (found) resolve(found[0]);
    });
  });
  return { address, kill: () => fake.kill() };
}

/** A Redis of our own, which keeps nothing, until it is killed. */
export async function startRedis() {
  const port = String(await freePort());
  const redis = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    redis.once('error', reject);
    redis.once('exit', () => reject(new Error('redis-server did not start')));
    createInterface({ input: redis.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  return { url: `redis://127.0.0.1:${port}`, kill: () => redis.kill() };
}

/** With what makes a studio ask one of its models. */
export async function startFakeModel() {
  const { address, kill } = await startFake('fake-model');
  const environment = (model: string) => ({
    LLM_PROVIDER: 'openai-compatible',
    LLM_BASE_URL: `http://${address}/v1/`,
    LLM_MODEL: model,
    OPENAI_API_KEY: 'not-a-secret',
  });
  return { address, environment, kill };
}

/** The song with known faults, and without them. */
export function makeSong(): Song {
  const folder = mkdtempSync(join(tmpdir(), 'soundstage-song-'));
  execFileSync(join(fakes, 'make-song'), [folder]);
  return { folder, mix: join(folder, 'faulty.wav'), reference: join(folder, 'reference.wav') };
}

export function must(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: journeys are run by ./dev test e2e, the bench by ./dev bench`);
  return value;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
