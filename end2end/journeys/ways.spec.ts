// Signing in elsewhere: at a real provider of OpenID Connect, and by the session of a site that has one
// already (Auth.js, sealed by its own encoder).
import { encode } from '@auth/core/jwt';
import type { Browser, Page } from '@playwright/test';
import { noViolations } from '../support/axe.ts';
import { message } from '../support/conversation.ts';
import { Oidc, signInThere } from '../support/oidc.ts';
import { expect, owner, setUp, test as base } from '../support/studio.ts';

const secret = 'a secret that Auth.js has for its cookies';

const test = base.extend<{ oidc: Oidc }>({
  oidc: async ({}, use) => {
    const oidc = new Oidc();
    await oidc.listen();
    await use(oidc);
    oidc.end();
  },
  // The provider's pages want fonts of elsewhere.
  mayLog: /fonts\.(googleapis|gstatic)\.com/,
  settings: async ({ oidc }, use) =>
    use({ ...oidc.settings, AUTH_SECRET: secret, SOUNDSTAGE_TRUST_EMAIL: 'authjs', SOUNDSTAGE_JOIN: 'authjs' }),
});

async function elsewhere(browser: Browser): Promise<Page> {
  return (await browser.newContext()).newPage();
}

async function profile(page: Page) {
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('link', { name: 'Profile', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Profile' })).toBeVisible();
}

test('the owner links an account elsewhere and comes in by it; a stranger does not', async ({ page, studio, oidc, browser }) => {
  oidc.serve(studio.url);
  await setUp(page, studio);
  await profile(page);
  await page.getByRole('button', { name: 'Link Northlight' }).click();
  await signInThere(page, 'mara');
  const row = page.getByRole('listitem').filter({ hasText: 'mara@example.org' });
  await expect(row).toContainText('Northlight');
  await expect(page).toHaveURL(`${studio.url}/settings/profile`);
  await noViolations(page);

  const desk = await elsewhere(browser);
  await desk.goto(`${studio.url}/facts`);
  await noViolations(desk);
  await desk.getByRole('link', { name: 'Sign in with Northlight' }).click();
  // What a browser takes along is for minutes, and no script's.
  const [dance] = await desk.context().cookies(studio.url);
  expect(dance).toMatchObject({ name: 'soundstage-dance', httpOnly: true, sameSite: 'Lax' });
  let back = '';
  desk.on('framenavigated', (frame) => {
    if (frame.url().includes('/callback?')) back = frame.url();
  });
  await signInThere(desk, 'mara');
  await expect(desk).toHaveURL(`${studio.url}/facts`);
  const cookies = await desk.context().cookies(studio.url);
  expect(cookies).toHaveLength(1);
  expect(cookies[0]).toMatchObject({ name: 'soundstage', httpOnly: true, sameSite: 'Strict' });

  // The way back was good once, and in that browser.
  expect(back).toContain('/sign-in/with/oidc/callback?');
  const thief = await elsewhere(browser);
  await thief.goto(back);
  await expect(thief.getByRole('alert')).toContainText('Try it again');
  await expect(thief).toHaveURL(`${studio.url}/sign-in`);
  await noViolations(thief);

  await thief.getByRole('link', { name: 'Sign in with Northlight' }).click();
  await signInThere(thief, 'eve');
  await expect(thief.getByRole('alert')).toContainText('not linked to anybody here');

  await page.reload();
  await row.getByRole('button', { name: /^Unlink/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
  await expect(row).toBeHidden();
  for (const one of [desk, thief]) await one.context().close();
});

test('somebody invited joins by an account elsewhere and needs no password', async ({ page, studio, oidc, browser }) => {
  oidc.serve(studio.url);
  await setUp(page, studio);
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByRole('button', { name: 'Make link' }).click();
  const link = await page.getByRole('textbox', { name: 'The invitation' }).inputValue();

  const kim = await elsewhere(browser);
  await kim.goto(link);
  await noViolations(kim);
  await kim.getByRole('link', { name: 'Join with Northlight' }).click();
  await signInThere(kim, 'kim');
  await expect(message(kim)).toBeVisible();
  await profile(kim);
  await noViolations(kim);
  // The only way in stays, until there is another.
  const row = kim.getByRole('listitem').filter({ hasText: 'kim@example.org' });
  await row.getByRole('button', { name: /^Unlink/ }).click();
  await kim.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
  await expect(kim.getByText('no way left to sign in')).toBeVisible();
  await kim.getByLabel('New password').fill('a high end like dry snow');
  await kim.getByRole('button', { name: 'Set a password' }).click();
  await expect(kim.getByLabel('Current password')).toBeVisible();

  const phone = await elsewhere(browser);
  await phone.goto(studio.url);
  await phone.getByLabel('Email').fill('kim@example.org');
  await phone.getByLabel('Password', { exact: true }).fill('a high end like dry snow');
  await phone.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(message(phone)).toBeVisible();
  for (const one of [kim, phone]) await one.context().close();
});

test('a session of Auth.js is a session here', async ({ page, studio, browser, request }) => {
  await setUp(page, studio);
  const name = 'authjs.session-token';
  const session = async (sub: string, email: string) => encode({ token: { sub, name: sub, email }, secret, salt: name });

  const desk = await elsewhere(browser);
  await desk.context().addCookies([{ name, value: await session('m-1', owner.email), url: studio.url, sameSite: 'Lax' }]);
  await desk.goto(`${studio.url}/settings/profile`);
  await expect(desk.getByLabel('Name')).toHaveValue(owner.name);
  // Out is out, as long as nobody goes in again.
  await desk.goto(`${studio.url}/sign-in`);
  await expect(desk).toHaveURL(`${studio.url}/`);

  const phone = await elsewhere(browser);
  await phone.context().addCookies([{ name, value: await session('l-1', 'lee@example.org'), url: studio.url, sameSite: 'Lax' }]);
  await phone.goto(studio.url);
  await expect(message(phone)).toBeVisible();

  const forged = (await session('m-1', owner.email)).slice(0, -4);
  const refused = await request.get(studio.url, { headers: { cookie: `${name}=${forged}` }, maxRedirects: 0 });
  expect(refused.headers().location).toBe('/sign-in');
  for (const one of [desk, phone]) await one.context().close();
});
