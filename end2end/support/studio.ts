// A studio of its own for every test: the real binary, a fresh data folder, a free port, perhaps a fake
// model beside it and a fresh database. Fails the test on any error in the browser's console.
import { test as base, expect, type Page } from '@playwright/test';
import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type Setup = { model: 'house' | 'fake'; database: 'sqlite' | 'postgres' };
export type Song = { mix: string; reference: string };

export const owner = { name: 'Mara Ellis', email: 'mara@studio.example', password: 'night ferry at half past nine' };

const program = must('SOUNDSTAGE_BIN');
const fakes = must('SOUNDSTAGE_FAKES');

export class Studio {
  url = '';
  setUpLink = '';
  readonly data = mkdtempSync(join(tmpdir(), 'soundstage-'));
  private process?: ChildProcess;
  private port = 0;

  constructor(private readonly environment: Record<string, string>) {}

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
    await expect
      .poll(() => fetch(`${this.url}/api/health`).then((answer) => answer.status, () => 0), { timeout: 30_000 })
      .toBe(200);
  }

  /** What a power cut does. */
  async kill() {
    const gone = new Promise((resolve) => this.process?.once('exit', resolve));
    this.process?.kill('SIGKILL');
    await gone;
  }

  async end() {
    if (this.process?.exitCode === null && this.process.signalCode === null) await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }
}

type Fixtures = { studio: Studio; song: Song };

export const test = base.extend<Fixtures & Setup, { songFiles: Song; fakeModel: string }>({
  model: ['house', { option: true }],
  database: ['sqlite', { option: true }],

  songFiles: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'soundstage-song-'));
      execFileSync(join(fakes, 'make-song'), [folder]);
      await use({ mix: join(folder, 'faulty.wav'), reference: join(folder, 'reference.wav') });
      rmSync(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],
  song: async ({ songFiles }, use) => use(songFiles),

  fakeModel: [
    async ({}, use) => {
      const fake = spawn(join(fakes, 'fake-model'), ['--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
      const address = await new Promise<string>((resolve) =>
        createInterface({ input: fake.stdout! }).on('line', (line) => {
          const found = line.match(/127\.0\.0\.1:\d+/);
          if (found) resolve(found[0]);
        }),
      );
      await use(address);
      fake.kill();
    },
    { scope: 'worker' },
  ],

  studio: async ({ model, database, fakeModel }, use) => {
    const environment: Record<string, string> = {};
    if (model === 'fake') {
      Object.assign(environment, {
        LLM_PROVIDER: 'openai-compatible',
        LLM_BASE_URL: `http://${fakeModel}/v1/`,
        LLM_MODEL: 'normal',
        OPENAI_API_KEY: 'not-a-secret',
      });
    }
    const fresh = database === 'postgres' ? freshDatabase() : undefined;
    if (fresh) environment.DATABASE_URL = fresh.url;
    const studio = new Studio(environment);
    await studio.start();
    await use(studio);
    await studio.end();
    fresh?.drop();
  },

  page: async ({ page }, use) => {
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !expected(message.text())) errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    await use(page);
    expect(errors, 'the browser console').toEqual([]);
  },
});

export { expect };

/** Lines that a test brings about on purpose: a server that is away, a network that is off. */
const expected = (text: string) =>
  /net::ERR_(CONNECTION_REFUSED|INTERNET_DISCONNECTED|CONNECTION_RESET|EMPTY_RESPONSE)|WebSocket connection to/.test(text);

/** Set-up as the owner does it, from the printed link. */
export async function setUp(page: Page, studio: Studio) {
  await page.goto(studio.setUpLink);
  await page.getByLabel('Your name').fill(owner.name);
  await page.getByLabel('Email').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.getByRole('button', { name: 'Create owner account' }).click();
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible();
}

function freshDatabase() {
  const server = must('SOUNDSTAGE_TEST_POSTGRES');
  const name = `journey_${process.pid}_${Date.now()}`;
  const sql = (text: string) => execFileSync('psql', ['-qX', server, '-c', text]);
  sql(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => sql(`DROP DATABASE ${name} WITH (FORCE)`) };
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

function must(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the journeys by ./dev test e2e`);
  return value;
}
