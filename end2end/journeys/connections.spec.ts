// Accounts elsewhere: connected, kept alive, ended there, connected anew, given back; and keys turned over
// under a running studio.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { noViolations } from '../support/axe.ts';
import { OAuth } from '../support/oauth.ts';
import { expect, setUp, test as base } from '../support/studio.ts';

const test = base.extend<{ oauth: OAuth }>({
  oauth: async ({}, use) => {
    const oauth = await OAuth.start();
    await use(oauth);
    oauth.end();
  },
  settings: async ({ oauth }, use) => use(oauth.settings),
  // What has ended is a conflict.
  mayLog: /status of 409 .*\/check_connection/,
});

async function connections(page: Page) {
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('link', { name: 'Connections', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Connections' })).toBeVisible();
}

const row = (page: Page) => page.getByRole('group', { name: 'Accounts elsewhere' }).getByRole('listitem');

async function connect(page: Page, word: 'Connect' | 'Reconnect') {
  await row(page).getByRole('button', { name: `${word} Spotify` }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await expect(row(page)).toContainText('Connected');
}

test('an account elsewhere is connected, refreshed, lost, connected anew and given back', async ({ page, studio, oauth }) => {
  await setUp(page, studio);
  await connections(page);
  await expect(row(page)).toContainText('Not connected');
  await expect(row(page)).toContainText('Asks for: profile, private playlists');
  await noViolations(page);

  // Somebody says no there: nothing has changed, and it is said.
  await row(page).getByRole('button', { name: 'Connect Spotify' }).click();
  await page.getByRole('button', { name: 'Deny' }).click();
  await expect(page.getByRole('alert')).toContainText('you said no there');
  await expect(page).toHaveURL(`${studio.url}/settings/connections`);
  await expect(row(page)).toContainText('Not connected');
  await noViolations(page);

  await connect(page, 'Connect');
  await expect(page.getByText('Spotify is connected.')).toBeVisible();
  await expect(page).toHaveURL(`${studio.url}/settings/connections`);
  await expect(row(page)).toContainText('Nora L.');
  await noViolations(page);
  // Its token is not taken there any more: asking whether it works brings a new one.
  await oauth.say('expire', { grant: 1 });
  await row(page).getByRole('button', { name: 'Check Spotify' }).click();
  await expect(page.getByText('It is the account of Nora L.')).toBeVisible();
  await expect(row(page)).toContainText('refreshed');
  expect((await oauth.grants()).map(({ refreshes, ended }) => [refreshes, ended])).toEqual([[1, null]]);

  // The keys turn under the running studio, twice, and what they seal still opens.
  const ring = () => readFileSync(join(studio.data, 'keys'), 'utf8').trim().split('\n');
  const before = ring();
  for (let turn = 0; turn < 2; turn++) expect(studio.run('keys', 'rotate')).toContain('1 values anew');
  expect(ring()).toHaveLength(1);
  expect(ring()).not.toEqual(before);
  const checked = page.waitForResponse(/check_connection/);
  await row(page).getByRole('button', { name: 'Check Spotify' }).click();
  expect((await checked).status()).toBe(200);

  await row(page).getByRole('button', { name: 'Disconnect Spotify' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText('Spotify is disconnected.')).toBeVisible();
  await expect(row(page)).toContainText('Not connected');
  expect((await oauth.grants())[0].ended).toBe('revoked');

  // Taken back at the provider's own page, which we learn when it is asked.
  await connect(page, 'Connect');
  await oauth.say('end', { grant: 2 });
  await row(page).getByRole('button', { name: 'Check Spotify' }).click();
  await expect(page.getByText('Spotify has ended the connection.')).toBeVisible();
  await expect(row(page)).toContainText('Ended');
  await noViolations(page);
  await connect(page, 'Reconnect');
});

test('the way back counts once, and in the browser that began', async ({ page, studio, browser }) => {
  await setUp(page, studio);
  await connections(page);
  // Stopped on its way back, so that somebody else can come first.
  let back = '';
  await page.route(/\/authorize$/, async (route) => {
    const answer = await route.fetch({ maxRedirects: 0 });
    back = answer.headers().location;
    await route.fulfill({ body: '' });
  });
  await row(page).getByRole('button', { name: 'Connect Spotify' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await expect.poll(() => back).not.toBe('');
  // By the number of this machine, which Spotify wants, and from there to where the cookies are.
  expect(back).toContain(`${studio.url.replace('localhost', '127.0.0.1')}/connect/spotify/callback?`);
  const thief = await (await browser.newContext()).newPage();
  await thief.goto(back);
  await expect(thief).toHaveURL(/\/sign-in/);
  await page.goto(back);
  await expect(page.getByText('Spotify is connected.')).toBeVisible();
  await page.goto(back);
  await expect(page.getByRole('alert')).toContainText('it took too long');
  await expect(row(page)).toContainText('Connected');
  await thief.context().close();
});
