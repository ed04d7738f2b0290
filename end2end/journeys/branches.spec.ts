// Saying it differently: every version of a question and of an answer stays, in every tab.
import { noViolations } from '../support/axe.ts';
import { answer, answered, ask, message } from '../support/conversation.ts';
import { expect, setUp, test } from '../support/studio.ts';
import type { Page } from '@playwright/test';

const first = 'How loud is loud enough?';
const second = 'How wide is wide enough?';

const thread = (page: Page) => page.getByRole('region', { name: 'Messages' });
const question = (page: Page, text: string) => thread(page).getByRole('article').filter({ hasText: text });
const version = (page: Page, at: number, of: number) => thread(page).getByRole('group', { name: `Version ${at} of ${of}` });

test('a question is edited, and both branches stay', async ({ page, context, studio }) => {
  await setUp(page, studio);
  await ask(page, first);
  await answered(page);
  await message(page).fill('And on a phone?');
  await message(page).press('Enter');
  await expect(thread(page).getByRole('article')).toHaveCount(4);
  await answered(page);
  const beside = await context.newPage();
  await beside.goto(page.url());
  await expect(question(beside, first)).toBeVisible();

  // Left with Esc, nothing has changed, and the keyboard is where it was.
  const edit = question(page, first).getByRole('button', { name: 'Edit message' });
  await edit.focus();
  await page.keyboard.press('Enter');
  const field = page.getByRole('textbox', { name: 'Your message' });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(first);
  await noViolations(page);
  await page.keyboard.press('Escape');
  await expect(field).toBeHidden();
  await expect(edit).toBeFocused();

  await edit.click();
  await field.fill(second);
  await field.press('Enter');
  await expect(question(page, second)).toBeVisible();
  await expect(question(page, first)).toBeHidden();
  await expect(thread(page).getByRole('article')).toHaveCount(2);
  await expect(version(page, 2, 2)).toBeVisible();
  await answered(page);
  await noViolations(page);
  await expect(question(beside, second)).toBeVisible();
  await expect(thread(beside).getByRole('article')).toHaveCount(2);

  // Back, by the keyboard: the branch is there as far as it went.
  await version(page, 2, 2).getByRole('button', { name: 'The version before' }).focus();
  await page.keyboard.press('Enter');
  await expect(question(page, first)).toBeVisible();
  await expect(thread(page).getByRole('article')).toHaveCount(4);
  await expect(version(page, 1, 2).getByRole('button', { name: 'The version before' })).toBeFocused();
  await expect(thread(beside).getByRole('article')).toHaveCount(4);
  await page.reload();
  await expect(version(page, 1, 2)).toBeVisible();
  await expect(question(page, 'And on a phone?')).toBeVisible();
});

test('another answer stands beside the first', async ({ page, studio }) => {
  await setUp(page, studio);
  await ask(page, first);
  await answered(page);
  const before = await answer(page).getAttribute('data-message');
  await answer(page).getByRole('button', { name: 'Another answer' }).click();
  await expect(version(page, 2, 2)).toBeVisible();
  await answered(page);
  expect(await answer(page).getAttribute('data-message')).not.toBe(before);
  await expect(thread(page).getByRole('article')).toHaveCount(2);
  await version(page, 2, 2).getByRole('button', { name: 'The version before' }).click();
  await expect(version(page, 1, 2)).toBeVisible();
  expect(await answer(page).getAttribute('data-message')).toBe(before);
});

test('what could not be sent waits in the editor', async ({ page, context, studio }) => {
  await setUp(page, studio);
  await ask(page, first);
  await answered(page);
  await context.setOffline(true);
  await question(page, first).getByRole('button', { name: 'Edit message' }).click();
  const field = page.getByRole('textbox', { name: 'Your message' });
  await field.fill(second);
  await field.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: /\w/ })).toBeVisible();
  await expect(field).toHaveValue(second);
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Send', exact: true }).first().click();
  await expect(question(page, second)).toBeVisible();
  await expect(version(page, 2, 2)).toBeVisible();
});
