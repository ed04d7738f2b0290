// Conversations are kept where one wants them, found again, taken along and brought from elsewhere.
import { readFileSync } from 'node:fs';
import { noViolations } from '../support/axe.ts';
import { answered, ask, message } from '../support/conversation.ts';
import { expect, setUp, test } from '../support/studio.ts';
import type { Page } from '@playwright/test';

const list = (page: Page) => page.getByRole('complementary', { name: 'Conversations' });
const row = (page: Page, title: string) => list(page).getByRole('link', { name: title });
const menu = (page: Page) => page.getByRole('menu', { name: 'Conversation' });

async function choose(page: Page, title: string, item: string) {
  await row(page, title).hover();
  await list(page).getByRole('button', { name: `More about ${title}` }).click();
  await menu(page).getByRole('menuitem', { name: item, exact: true }).click();
}

async function talk(page: Page, question: string) {
  await list(page).getByRole('link', { name: 'New conversation' }).click();
  await expect(page).toHaveURL(/\/$/);
  await ask(page, question);
  await answered(page);
}

test('pinned stays on top, archived goes out of sight and comes back', async ({ page, context, studio }) => {
  await setUp(page, studio);
  await talk(page, 'How loud should a master be?');
  await talk(page, 'Why does my kick vanish in mono?');
  const beside = await context.newPage();
  await beside.goto(page.url());
  await choose(page, 'How loud should a master be?', 'Pin');
  for (const tab of [page, beside]) {
    await expect(list(tab).getByRole('region', { name: 'Pinned' }).getByRole('link')).toHaveText(/How loud/);
    await expect(list(tab).getByRole('region', { name: 'Today' }).getByRole('link')).toHaveText(/Why does/);
  }
  await page.reload();
  await expect(list(page).getByRole('region', { name: 'Pinned' }).getByRole('link')).toHaveText(/How loud/);
  await noViolations(page);

  await choose(page, 'How loud should a master be?', 'Archive');
  for (const tab of [page, beside]) await expect(row(tab, 'How loud')).toBeHidden();
  await list(page).getByRole('button', { name: 'Archived' }).click();
  await expect(row(page, 'How loud')).toBeVisible();
  await expect(row(page, 'Why does')).toBeHidden();
  await noViolations(page);
  // Who says something in it has it on the desk again.
  await row(page, 'How loud').click();
  await message(page).fill('And on a phone?');
  await message(page).press('Enter');
  await expect(row(beside, 'How loud')).toBeVisible();
  await list(page).getByRole('button', { name: 'All conversations' }).click();
  await expect(row(page, 'How loud')).toBeVisible();
});

test('what is searched for is shown where it was said', async ({ page, studio }) => {
  await setUp(page, studio);
  await talk(page, 'How loud should a master be? It is for vinyl, and for übergroße rooms.');
  const search = page.getByRole('searchbox', { name: 'Search conversations' });
  await search.fill('UBERGROSSE');
  await expect(list(page).getByText('No conversation mentions')).toBeVisible();
  await search.fill('ubergro viny');
  await expect(list(page).locator('mark')).toHaveText(['vinyl', 'übergroße']);
  await noViolations(page);
});

test.describe('what goes and comes', () => {
  // That a file is none of these is logged by the browser.
  test.use({ mayLog: /status of 422 .*\/import/ });

  test('a conversation is taken along and brought back', async ({ page, studio }, info) => {
    await setUp(page, studio);
    await talk(page, 'How loud should a master be?');
    const saved = page.waitForEvent('download');
    await choose(page, 'How loud should a master be?', 'Export as Markdown');
    const markdown = info.outputPath('export.md');
    await (await saved).saveAs(markdown);
    expect(readFileSync(markdown, 'utf8')).toMatch(/^# How loud should a master be\?\n\n## You\n\nHow loud/);
    const kept = page.waitForEvent('download');
    await choose(page, 'How loud should a master be?', 'Export as JSON');
    const json = info.outputPath('export.json');
    await (await kept).saveAs(json);
    await choose(page, 'How loud should a master be?', 'Delete');
    await menu(page).getByRole('menuitem', { name: 'Delete conversation' }).click();
    await expect(row(page, 'How loud')).toBeHidden();

    await page.goto(`${studio.url}/settings/profile`);
    const file = page.getByLabel('File with conversations');
    await file.setInputFiles(json);
    await expect(page.getByText('One conversation came in.')).toBeVisible();
    await file.setInputFiles(json);
    await expect(page.getByText('All of it was here already.')).toBeVisible();
    await noViolations(page);
    await file.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('buy milk') });
    await expect(page.getByText('This is no export that Soundstage knows.')).toBeVisible();
    await page.goto(studio.url);
    await row(page, 'How loud').click();
    await expect(page.getByRole('article')).toHaveCount(2);
  });
});

test('a link lets others read, until it is taken back', async ({ page, browser, studio }) => {
  await setUp(page, studio);
  await talk(page, 'How loud should a master be?');
  await choose(page, 'How loud should a master be?', 'Share');
  const dialog = page.getByRole('dialog', { name: 'Share conversation' });
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const link = await dialog.getByLabel('Link').inputValue();
  await noViolations(page);
  await dialog.getByRole('button', { name: 'Done' }).click();

  const stranger = await (await browser.newContext()).newPage();
  const first = await stranger.goto(link);
  expect(first!.status()).toBe(200);
  await expect(stranger.getByRole('heading', { level: 1, name: 'How loud should a master be?' })).toBeVisible();
  await expect(stranger.getByRole('article')).toHaveCount(2);
  await expect(stranger.getByText('Shared by')).toBeVisible();
  await expect(stranger.locator('main button')).toHaveCount(0);
  await noViolations(stranger);
  await stranger.goto(studio.url);
  await expect(stranger).toHaveURL(/sign-in/);

  await message(page).fill('And this stays here?');
  await message(page).press('Enter');
  await answered(page);
  await stranger.goto(link);
  await expect(stranger.getByRole('article')).toHaveCount(2);
  await choose(page, 'How loud should a master be?', 'Share');
  await expect(dialog.getByText('Something was said since')).toBeVisible();
  await dialog.getByRole('button', { name: 'Stop sharing' }).click();
  await expect(dialog.getByRole('button', { name: 'Make a link' })).toBeVisible();
  const gone = await stranger.goto(link);
  expect(gone!.status()).toBe(404);
  await expect(stranger.getByText('There is nothing at this address')).toBeVisible();
  await stranger.context().close();
});
