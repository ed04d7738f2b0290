// Steps 2 to 6 of the main job, on a song with known faults: too loud, bass-heavy between two times, and a
// synth that is gone in mono.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, owner, setUp, test } from '../support/studio.ts';

const question = 'What is wrong with my low end?';

async function noViolations(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(', ')}`)).toEqual([]);
}

async function ask(page: Page, files: string[]) {
  await page.locator('input[type=file]').setInputFiles(files);
  await expect(page.getByRole('button', { name: 'Remove faulty.wav' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Message' }).fill(question);
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
}

const answer = (page: Page) => page.locator('article.msg').last();

test('from the set-up link to a measured critique, and back tomorrow', async ({ page, studio, song, model }) => {
  await page.goto(studio.setUpLink);
  await noViolations(page);
  await setUp(page, studio);
  await noViolations(page);

  await ask(page, [song.mix, song.reference]);
  await expect(page).toHaveURL(/\/c\/[0-9a-f-]{36}$/);
  await expect(page.locator('.analysis .figures')).toBeVisible({ timeout: 60_000 });
  await expect(answer(page)).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });

  const critique = answer(page);
  await expect(critique.locator('ol.fixes > li').first()).toBeVisible();
  expect(await critique.locator('ol.fixes > li').count()).toBeLessThanOrEqual(3);
  await expect(critique.locator('button.fact').first()).toBeVisible();
  if (model === 'house') {
    await expect(critique).toContainText(/true peak/i);
    await expect(critique).toContainText(/mono/i);
    await expect(critique.locator('button.ts').first()).toBeVisible();
  } else {
    await expect(critique.locator('.not-measured').first()).toBeVisible();
  }
  await noViolations(page);

  // A time can be heard.
  const moment = critique.locator('button.ts').first();
  if (await moment.count()) {
    await moment.click();
    await expect(page.getByRole('button', { name: 'Pause' }).first()).toBeVisible();
  }

  // Comes back: the page is readable as the server sent it.
  const url = page.url();
  const sent = await page.request.get(url).then((response) => response.text());
  expect(sent).toContain(question);
  expect(sent).toContain('class="fixes"');

  // Signs out and in again.
  await page.getByRole('button', { name: /account/i }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/sign-in/);
  await noViolations(page);
  await page.getByLabel('Email').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.locator('a.conv', { hasText: 'faulty' }).first()).toBeVisible();

  // Finds it again, by a word of the question.
  await page.getByRole('searchbox').fill('low end');
  await expect(page.locator('a.conv', { hasText: 'faulty' })).toHaveCount(1);
  await page.getByRole('searchbox').fill('no such words');
  await expect(page.locator('a.conv', { hasText: 'faulty' })).toHaveCount(0);
});
