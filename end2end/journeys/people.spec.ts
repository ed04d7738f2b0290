// A studio of more than one: somebody is invited, comes, is kept out; a script works with a token; a
// session ends from another device.
import type { Browser, Page } from '@playwright/test';
import { noViolations } from '../support/axe.ts';
import { ask, answered, message } from '../support/conversation.ts';
import { expect, owner, setUp, test, type Studio } from '../support/studio.ts';

const kim = { name: 'Kim Aas', email: 'kim@example.org', password: 'a high end like dry snow' };

/** Somebody at another device. */
async function elsewhere(browser: Browser): Promise<Page> {
  return (await browser.newContext()).newPage();
}

async function settings(page: Page, part: string) {
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('link', { name: part, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: part })).toBeVisible();
}

async function signIn(page: Page, studio: Studio, who: { email: string; password: string }) {
  await page.goto(`${studio.url}/sign-in`);
  await page.getByLabel('Email').fill(who.email);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test('somebody is invited, joins, asks, and is kept out again', async ({ page, studio, browser }) => {
  await setUp(page, studio);
  await settings(page, 'People');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByLabel('For whom').fill('Kim');
  await page.getByRole('button', { name: 'Make link' }).click();
  const link = await page.getByRole('textbox', { name: 'The invitation' }).inputValue();
  expect(link).toContain(`${studio.url}/join?key=`);
  await noViolations(page);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText(`Invited by ${owner.name}`)).toBeVisible();

  const guest = await elsewhere(browser);
  await guest.goto(link);
  await noViolations(guest);
  await expect(guest.getByText(`${owner.name} invited you as`)).toBeVisible();
  await guest.getByLabel('Your name').fill(kim.name);
  await guest.getByLabel('Email').fill(kim.email);
  await guest.getByLabel('Password', { exact: true }).fill(kim.password);
  await guest.getByRole('button', { name: 'Join' }).click();
  await expect(message(guest)).toBeVisible();
  await ask(guest, 'How loud should a master be?');
  await answered(guest);
  // A member does not see what is for those who govern, nor gets there by its address.
  await settings(guest, 'Profile');
  await expect(guest.getByRole('link', { name: 'Audit log' })).toBeHidden();
  expect((await guest.goto(`${studio.url}/settings/people`))!.status()).toBe(403);
  await noViolations(guest);

  // The link was good once.
  const late = await elsewhere(browser);
  await late.goto(link);
  await expect(late.getByRole('heading', { name: 'This invitation is no longer good' })).toBeVisible();

  await page.reload();
  const row = page.getByRole('listitem').filter({ hasText: kim.email });
  await row.getByRole('button', { name: 'Suspend' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
  await expect(row).toContainText('Suspended');
  await noViolations(page);
  await signIn(late, studio, kim);
  await expect(late.getByText('This account is suspended.')).toBeVisible();
  await guest.goto(studio.url);
  await expect(guest).toHaveURL(/\/sign-in/);

  await settings(page, 'Audit log');
  await noViolations(page);
  await expect(page.getByText('Suspended somebody').first()).toBeVisible();
  for (const one of [guest, late]) await one.context().close();
});

test('a script works with a token until it is revoked', async ({ page, studio }) => {
  await setUp(page, studio);
  await settings(page, 'API tokens');
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('backup');
  await page.getByRole('checkbox', { name: /Read the profile/ }).check();
  await noViolations(page);
  await page.getByRole('button', { name: 'Make token' }).click();
  const secret = await page.getByRole('textbox', { name: 'Your new token' }).inputValue();
  const me = () => fetch(`${studio.url}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } });
  expect(await me().then((answer) => answer.json())).toMatchObject({ email: owner.email, role: 'owner' });
  const chat = await fetch(`${studio.url}/api/v1/conversations`, { headers: { authorization: `Bearer ${secret}` } });
  expect([chat.status, (await chat.json()).code]).toEqual([403, 'scope_missing']);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Revoke backup' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /Revoke/ }).click();
  await expect(page.getByRole('button', { name: 'Revoke backup' })).toBeHidden();
  expect((await me()).status).toBe(401);
});

test('a session ends from another device, and a new password ends all others', async ({ page, studio, browser }) => {
  await setUp(page, studio);
  const phone = await elsewhere(browser);
  await signIn(phone, studio, owner);
  await expect(message(phone)).toBeVisible();
  await settings(page, 'Sessions');
  await noViolations(page);
  await expect(page.getByRole('listitem').filter({ hasText: 'This one' })).toHaveCount(1);
  await page.getByRole('button', { name: /^Sign out .+ on/ }).click();
  await expect(page.getByRole('button', { name: /^Sign out .+ on/ })).toHaveCount(0);
  await phone.goto(studio.url);
  await expect(phone).toHaveURL(/\/sign-in/);

  await signIn(phone, studio, owner);
  await expect(message(phone)).toBeVisible();
  await settings(page, 'Profile');
  await noViolations(page);
  await page.getByLabel('Current password', { exact: true }).fill(owner.password);
  await page.getByLabel('New password', { exact: true }).fill(kim.password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password is changed')).toBeVisible();
  await phone.goto(studio.url);
  await expect(phone).toHaveURL(/\/sign-in/);
  await page.goto(studio.url);
  await expect(message(page)).toBeVisible();
  await phone.context().close();
});
