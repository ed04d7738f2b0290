// How an answer can end before its end: what was written stays, and there is a way on.
import { answer, answered, ask, isWhole, message, reads, shown, slowWords, stored } from '../support/conversation.ts';
import { expect, setUp, test } from '../support/studio.ts';

const question = 'Why do kick and bass fight?';

test.describe('an answer that is broken off', () => {
  const words = slowWords(240);
  test.use({ modelName: 'slow-240' });

  test('by Stop keeps its text, and Retry writes another beside it', async ({ page, studio }) => {
    await setUp(page, studio);
    await ask(page, question);
    await reads(page, 30, words);
    await page.getByRole('button', { name: 'Stop writing' }).click();
    await expect(answer(page)).toContainText('Stopped. What was written is kept.');
    const kept = await shown(page);
    expect(kept.length).toBeLessThan(words.length);
    expect(kept).toEqual(words.slice(0, kept.length));
    expect(await stored(page, studio)).toEqual({ state: 'stopped', words: kept });

    await page.reload();
    expect(await shown(page)).toEqual(kept);
    const retry = answer(page).getByRole('button', { name: 'Retry' });
    const stopped = await answer(page).getAttribute('data-message');
    await retry.click();
    await expect(retry).toBeHidden();
    await isWhole(page, studio, words);
    await page.getByRole('button', { name: 'The version before' }).click();
    await expect(answer(page)).toHaveAttribute('data-message', stopped!);
    expect(await shown(page)).toEqual(kept);
  });

  test('by a kill keeps its text, and Continue finishes it', async ({ page, context, studio }) => {
    await setUp(page, studio);
    await ask(page, question);
    await reads(page, 60, words);
    await studio.kill();
    const seen = await shown(page);
    await expect(page.getByText('Offline.')).toBeVisible();

    await studio.start();
    await expect(answer(page)).toContainText('Soundstage was restarted while this was being written. What was written is kept.');
    const kept = await shown(page);
    expect(kept).toEqual(words.slice(0, kept.length));
    // Half a second is the most that a kill may cost.
    expect(kept.length).toBeGreaterThanOrEqual(seen.length - 20);

    const onward = answer(page).getByRole('button', { name: 'Continue' });
    await onward.click();
    await expect(onward).toBeHidden();
    await isWhole(page, studio, words);

    // The tab that lived through it still hears what another one asks.
    const beside = await context.newPage();
    await beside.goto(page.url());
    await message(beside).fill('And the snare?');
    await message(beside).press('Enter');
    await expect(page.getByRole('region', { name: 'Messages' }).getByText('And the snare?')).toBeVisible();
  });
});

test.describe('a model that is down', () => {
  test.use({ modelName: '500' });

  test('is said in one sentence', async ({ page, studio }) => {
    await setUp(page, studio);
    await ask(page, question);
    await answered(page);
    await expect(answer(page)).toContainText('The language model cannot be reached at the moment.');
    await expect(answer(page).getByRole('button', { name: 'Retry' })).toBeVisible();
    expect(await stored(page, studio)).toEqual({ state: 'failed', words: [] });
  });
});

test.describe('a model that breaks off', () => {
  test.use({ modelName: 'cut' });

  test('leaves what it wrote, and a sentence', async ({ page, studio }) => {
    await setUp(page, studio);
    await ask(page, question);
    await answered(page);
    await expect(answer(page)).toContainText('The language model broke off in the middle of its answer.');
    await expect(answer(page)).toContainText('What was written is kept.');
    const kept = await shown(page);
    expect(kept.slice(0, 4)).toEqual(['No', 'file', 'was', 'measured']);
    expect(await stored(page, studio)).toEqual({ state: 'failed', words: kept });
    await page.reload();
    expect(await shown(page)).toEqual(kept);
  });
});
