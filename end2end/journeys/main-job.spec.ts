// Steps 2 to 6 of the main job, on a song with known faults: too loud, bass-heavy between two times, and a
// synth that is gone in mono.
import { noViolations } from '../support/axe.ts';
import { answer, answered, ask, attach } from '../support/conversation.ts';
import { expect, owner, setUp, test } from '../support/studio.ts';

const question = 'What is wrong with my low end?';

test('from the set-up link to a measured critique, and back tomorrow', async ({ page, studio, song, model }) => {
  await page.goto(studio.setUpLink);
  await noViolations(page);
  await setUp(page, studio);
  await noViolations(page);

  await attach(page, [song.mix, song.reference]);
  await ask(page, question);
  await expect(page.locator('.analysis .figures')).toBeVisible({ timeout: 60_000 });
  await answered(page);

  const critique = answer(page);
  await expect(critique.locator('ol.fixes > li').first()).toBeVisible();
  expect(await critique.locator('ol.fixes > li').count()).toBeLessThanOrEqual(3);
  await expect(critique.locator('button.fact').first()).toBeVisible();
  if (model === 'house') {
    const fix = (title: RegExp) => critique.locator('ol.fixes > li').filter({ hasText: title });
    await expect(fix(/low end too strong/i).locator('button.ts')).toHaveText('0:12–0:22');
    await expect(fix(/cancels in mono/i).locator('button.ts')).toHaveText('0:28–0:40');
    await expect(fix(/limiter/i)).toContainText(/LUFS.*true peak/i);
    // The plots point to the fixes by the same numbers.
    await expect(page.locator('.analysis').getByRole('button', { name: /^Fix 1, low end/i }).first()).toBeVisible();
    await expect(page.locator('.analysis').getByRole('button', { name: /^Fix 3, cancels in mono/i }).first()).toBeVisible();
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
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.locator('a.conv', { hasText: 'faulty' }).first()).toBeVisible();

  // Finds it again, by a word of the question.
  await page.getByRole('searchbox').fill('low end');
  await expect(page.locator('a.conv', { hasText: 'faulty' })).toHaveCount(1);
  await page.getByRole('searchbox').fill('no such words');
  await expect(page.locator('a.conv', { hasText: 'faulty' })).toHaveCount(0);
});
