// On a phone everything is one pane with two that slide over it, and nothing is wider than the screen.
// And in every theme nothing is unreadable.
import type { Page } from '@playwright/test';
import { noViolations } from '../support/axe.ts';
import { answer, answered, ask, attach, message } from '../support/conversation.ts';
import { expect, owner, setUp, test } from '../support/studio.ts';

async function fits(page: Page) {
  const [needed, there] = await page.evaluate(() => [document.scrollingElement!.scrollWidth, innerWidth]);
  expect(needed, 'the page scrolls sideways').toBeLessThanOrEqual(there);
}

async function isFine(page: Page) {
  await fits(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await noViolations(page);
  }
}

test.describe('a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('takes somebody from set-up to a critique and its facts', async ({ page, studio, song }) => {
    await page.goto(studio.setUpLink);
    await isFine(page);
    await setUp(page, studio);
    await isFine(page);
    await expect(message(page)).toBeInViewport();

    await attach(page, [song.mix, song.reference]);
    await isFine(page);
    await ask(page, 'What is wrong with my low end?');
    await answered(page);
    await expect(answer(page).locator('.analysis')).toBeVisible();
    await expect(message(page)).toBeInViewport();
    await isFine(page);

    // What was measured slides in, and away again.
    const facts = page.getByRole('complementary', { name: 'Monitor and facts' });
    await expect(facts).toBeHidden();
    await page.getByRole('link', { name: 'Monitor and facts' }).click();
    await expect(facts.getByRole('region', { name: 'Facts' })).toBeInViewport();
    await isFine(page);
    await facts.getByRole('link', { name: 'Close panel' }).click();
    await expect(facts).toBeHidden();

    // So does the list, from which another conversation begins.
    const list = page.getByRole('complementary', { name: 'Conversations' });
    await expect(list).toBeHidden();
    await page.getByRole('link', { name: 'Conversations' }).click();
    await expect(list.getByRole('link', { name: 'faulty' })).toBeInViewport();
    await isFine(page);
    await page.keyboard.press('Escape');
    await expect(list).toBeHidden();
    await page.getByRole('link', { name: 'Conversations' }).click();
    await list.getByRole('link', { name: 'New conversation' }).click();
    await expect(list).toBeHidden();
    await expect(page.getByRole('main')).toContainText('Nothing to measure yet');
    await expect(message(page)).toBeInViewport();
  });
});

test.describe('a desk in the light', () => {
  test.use({ colorScheme: 'light', mayLog: /status of 404 .*\/nowhere/ });

  test('is readable on every page', async ({ page, studio, song }) => {
    await page.goto(studio.setUpLink);
    await noViolations(page);
    await setUp(page, studio);
    await noViolations(page);
    await attach(page, [song.mix, song.reference]);
    await ask(page, 'What is wrong with my low end?');
    await answered(page);
    await noViolations(page);
    await answer(page).locator('button.fact').first().click();
    await expect(page.getByRole('dialog', { name: 'Measured fact' })).toBeVisible();
    await noViolations(page);

    await page.goto(`${studio.url}/facts`);
    await expect(page.getByRole('heading', { level: 1, name: 'What is measured' })).toBeVisible();
    await expect(page.getByRole('row', { name: 'Integrated loudness' }).first()).toBeVisible();
    await noViolations(page);
    await page.goto(`${studio.url}/nowhere`);
    await expect(page.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible();
    await noViolations(page);

    await page.goto(studio.url);
    await page.getByRole('button', { name: `${owner.name}, account` }).click();
    await noViolations(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in', exact: true })).toBeVisible();
    await noViolations(page);
  });
});
