// A studio of its own for every test: the real binary, a fresh data folder, a free port, perhaps a fake
// model beside it and a fresh database. Fails the test on any error in the browser's console.
import { test as base, expect, type Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Line } from './line.ts';
import { makeSong, must, owner, startFakeModel, startRedis, Studio, type Song } from './process.ts';

export type Setup = {
  model: 'house' | 'fake';
  /** How the fake behaves; see end2end/fakes. */
  modelName: string;
  database: 'sqlite' | 'postgres';
  redis: boolean;
  /** What else the owner has set. */
  settings: Record<string, string>;
  /** An error in the console that the test brings about. */
  mayLog: RegExp | undefined;
};

type FakeModel = Awaited<ReturnType<typeof startFakeModel>>;
type Fixtures = { studio: Studio; line: Line; song: Song };

export const test = base.extend<Fixtures & Setup, { songFiles: Song; fakeModel: FakeModel }>({
  model: ['house', { option: true }],
  modelName: ['normal', { option: true }],
  database: ['sqlite', { option: true }],
  redis: [false, { option: true }],
  settings: [{}, { option: true }],
  mayLog: [undefined, { option: true }],

  songFiles: [
    async ({}, use) => {
      const song = makeSong();
      await use(song);
      rmSync(song.folder, { recursive: true });
    },
    { scope: 'worker' },
  ],
  song: async ({ songFiles }, use) => use(songFiles),

  fakeModel: [
    async ({}, use) => {
      const fake = await startFakeModel();
      await use(fake);
      fake.kill();
    },
    { scope: 'worker' },
  ],

  studio: async ({ model, modelName, database, redis: withRedis, settings, fakeModel }, use) => {
    const environment = { ...settings, ...(model === 'fake' ? fakeModel.environment(modelName) : {}) };
    const fresh = database === 'postgres' ? freshDatabase() : undefined;
    // Fresh as well: a wrong password of one journey counts in the next.
    const redis = withRedis ? await startRedis() : undefined;
    if (fresh) Object.assign(environment, { DATABASE_URL: fresh.url });
    if (redis) Object.assign(environment, { REDIS_URL: redis.url });
    const studio = new Studio(environment);
    await studio.start();
    await use(studio);
    await studio.end();
    fresh?.drop();
    redis?.kill();
  },

  line: async ({ studio }, use) => {
    const line = await Line.to(studio.url);
    await use(line);
    line.end();
  },

  context: async ({ context, mayLog }, use) => {
    const errors: string[] = [];
    context.on('console', (message) => {
      const text = `${message.text()} (${message.location().url})`;
      if (message.type() === 'error' && !expected(text) && !mayLog?.test(text)) errors.push(text);
    });
    context.on('weberror', (error) => errors.push(String(error.error())));
    await use(context);
    expect(errors, 'the browser console').toEqual([]);
  },
});

export { expect, owner, Studio };

/** Lines that a test brings about on purpose: a server that is away, a network that is off. */
const expected = (text: string) =>
  /net::ERR_(CONNECTION_\w+|SOCKET_NOT_CONNECTED|INTERNET_DISCONNECTED|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)|WebSocket connection to/.test(text);

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
