// A conversation as somebody reads it, and as the studio has stored it.
import type { Page } from '@playwright/test';
import { basename } from 'node:path';
import { expect, type Studio } from './studio.ts';

export const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });

/** The newest answer. */
export const answer = (page: Page) =>
  page.getByRole('article').filter({ has: page.getByRole('heading', { name: 'Soundstage' }) }).last();

export async function attach(page: Page, files: string[]) {
  await page.getByLabel('Files', { exact: true }).setInputFiles(files);
  for (const file of files) {
    await expect(page.getByRole('button', { name: `Remove ${basename(file)}` })).toBeVisible();
  }
}

/** Sends a question; the page is that of its conversation then. */
export async function ask(page: Page, question: string) {
  await message(page).fill(question);
  await message(page).press('Enter');
  await expect(page).toHaveURL(/\/c\/[0-9a-f-]{36}$/);
}

export async function answered(page: Page) {
  await expect(answer(page)).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
}

/** The words of the newest answer that are on the screen. */
export function shown(page: Page): Promise<string[]> {
  return answer(page).evaluate((article) => {
    const parts = [...article.querySelectorAll('.answer-words > :is(.block, .tail)')];
    return parts.flatMap((part) => part.textContent!.split(/\s+/)).filter(Boolean);
  });
}

/** How the newest answer is stored. Asks the studio itself, whatever has become of the page's line. */
export async function stored(page: Page, studio: Studio): Promise<{ state: string; words: string[] }> {
  const token = await page.locator('meta[name=csrf-token]').getAttribute('content');
  const response = await page.request.post(`${studio.url}/api/fn/conversation`, {
    headers: { origin: studio.url, 'x-csrf-token': token! },
    data: { id: new URL(page.url()).pathname.split('/').pop() },
  });
  const { run } = (await response.json()).messages.at(-1);
  const text = [...run.blocks.map((html: string) => html.replace(/<[^>]*>/g, ' ')), run.tail].join(' ');
  return { state: run.state, words: text.split(/\s+/).filter(Boolean) };
}

/** What the fake model `slow-N` writes, thirty words a second. */
export function slowWords(count: number): string[] {
  const sentence = 'The kick and the bass share one room until one gives way.'.split(' ');
  return Array.from({ length: count }, (_, index) => sentence[index % sentence.length]);
}

/** The newest answer has at least so many words, and they are the right ones. */
export async function reads(page: Page, count: number, whole: string[]) {
  await expect.poll(() => shown(page).then((words) => words.length), { timeout: 40_000 }).toBeGreaterThanOrEqual(count);
  const words = await shown(page);
  expect(words).toEqual(whole.slice(0, words.length));
}

/** The newest answer is finished, and the same here and in the studio. */
export async function isWhole(page: Page, studio: Studio, words: string[]) {
  await answered(page);
  expect(await shown(page)).toEqual(words);
  expect(await stored(page, studio)).toEqual({ state: 'done', words });
}
