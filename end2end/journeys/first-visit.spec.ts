// What the first visit to the chat fetches: the budget of 350 KB, and the client's other half only when
// somebody reaches for it (frontend/split).
import type { Browser, Page } from '@playwright/test';
import { expect, setUp, test, type Studio } from '../support/studio.ts';

const isRest = (url: string) => url.endsWith('/soundstage_rest.wasm');

/** Another browser of the same person: nothing is cached, and no pointer lies on the page. */
async function visit(browser: Browser, owner: Page, studio: Studio, act: (page: Page) => Promise<void>) {
  await setUp(owner, studio);
  const context = await browser.newContext({ storageState: await owner.context().storageState(), serviceWorkers: 'block' });
  await act(await context.newPage());
  await context.close();
}

test('a first visit fetches what it runs, and the rest with the first touch', async ({ browser, page, studio }) => {
  await visit(browser, page, studio, async (page) => {
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    const rest: string[] = [];
    page.on('request', (request) => isRest(request.url()) && rest.push(request.resourceType()));

    await page.goto(studio.url, { waitUntil: 'networkidle' });
    expect(rest, 'late.txt is old: ./dev profile').toEqual([]);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes, 'bytes over the wire').toBeLessThan(350_000);

    const coming = page.waitForResponse((answer) => isRest(answer.url()));
    const composer = page.getByRole('textbox', { name: 'Message' });
    await composer.click();
    expect((await coming).ok()).toBe(true);
    await composer.fill('How loud should a master be?');
    await composer.press('Enter');
    await expect(page.getByRole('article').last()).toContainText('no file in this conversation');
  });
});

test('what happens before the first touch finds the rest all the same', async ({ browser, page, studio }) => {
  await visit(browser, page, studio, async (page) => {
    const rest: string[] = [];
    page.on('request', (request) => isRest(request.url()) && rest.push(request.resourceType()));
    await page.goto(studio.url, { waitUntil: 'networkidle' });
    // No pointer and no key: as an extension acts.
    await page.evaluate(() => {
      const field = document.querySelector<HTMLTextAreaElement>('form[aria-label=Message] textarea')!;
      field.value = 'How loud should a master be?';
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.form!.requestSubmit();
    });
    await expect(page.getByRole('article').last()).toContainText('no file in this conversation');
    expect(rest).toEqual(['xhr']);
  });
});
