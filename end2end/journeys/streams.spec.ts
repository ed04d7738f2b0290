// An answer is the same everywhere, whatever becomes of the line while it is written: no word lost, none
// twice. The fake writes words that are known beforehand.
import { answer, ask, isWhole, reads, shown, slowWords, stored } from '../support/conversation.ts';
import { expect, setUp, test } from '../support/studio.ts';

const question = 'Why do kick and bass fight?';

test.describe('an answer of ten seconds', () => {
  const words = slowWords(300);
  test.use({ modelName: 'slow-300' });

  test('is whole after a reload in its middle', async ({ page, studio }) => {
    await setUp(page, studio);
    await ask(page, question);
    await reads(page, 40, words);
    await page.reload();
    await reads(page, 90, words);
    await page.reload();
    await isWhole(page, studio, words);
  });

  test('is the same in a tab that was opened in its middle', async ({ page, context, studio }) => {
    await setUp(page, studio);
    await ask(page, question);
    await reads(page, 60, words);
    const second = await context.newPage();
    await second.goto(page.url());
    await reads(second, 90, words);
    await isWhole(page, studio, words);
    await isWhole(second, studio, words);
  });

  test('is whole behind a proxy that knows no WebSocket', async ({ page, studio, line }) => {
    line.knowsSockets = false;
    await setUp(page, studio);
    await page.goto(line.url);
    await ask(page, question);
    await reads(page, 40, words);
    line.cut();
    await expect(page.getByText('Offline.')).toBeVisible();
    line.mend();
    await reads(page, 120, words);
    await isWhole(page, studio, words);
  });
});

test.describe('an answer of twenty seconds', () => {
  const words = slowWords(600);
  test.use({ modelName: 'slow-600' });

  // A line that is cut says so; one that falls silent has to be doubted.
  for (const fate of ['cut', 'silent'] as const) {
    test(`is whole after ten seconds with the line ${fate}`, async ({ page, context, studio, line }) => {
      await setUp(page, studio);
      await page.goto(line.url);
      await ask(page, question);
      await reads(page, 60, words);
      const beside = await context.newPage();
      await beside.goto(studio.url + new URL(page.url()).pathname);

      if (fate === 'cut') {
        line.cut();
      } else {
        line.hush();
        // The hint that a system gives. (Chromium's own emulation may leave an open WebSocket alone.)
        await page.evaluate(() => dispatchEvent(new Event('offline')));
      }
      await expect(page.getByText('Offline.')).toBeVisible();
      const before = (await shown(page)).length;
      // Ten seconds, as the studio writes them.
      const written = () => stored(page, studio).then((answer) => answer.words.length);
      await expect.poll(written, { timeout: 20_000 }).toBeGreaterThan(before + 300);
      expect(await shown(page)).toHaveLength(before);

      line.mend();
      await expect(page.getByText('Offline.')).toBeHidden();
      await isWhole(page, studio, words);
      await isWhole(beside, studio, words);
      await expect(answer(page)).toContainText(/Connection lost for \d+ s, picked up where it stopped/);
    });
  }
});
