// What the first visit to the chat fetches: the budget of 350 KB, and the client's other half only when
// somebody reaches for it (frontend/split).
import { expect, setUp, test } from '../support/studio.ts';

test('a first visit fetches what it runs, and the rest with the first touch', async ({ browser, page, studio }) => {
  await setUp(page, studio);
  const state = await page.context().storageState();
  // Another browser of the same person: nothing is cached.
  const fresh = await browser.newContext({ storageState: state, serviceWorkers: 'block' });
  const visit = await fresh.newPage();
  const fetched: string[] = [];
  visit.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  let bytes = 0;
  const network = await fresh.newCDPSession(visit);
  await network.send('Network.enable');
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));

  await visit.goto(studio.url, { waitUntil: 'networkidle' });
  const composer = visit.getByRole('textbox', { name: 'Message' });
  await expect(composer).toBeVisible();
  const isRest = (path: string) => path.endsWith('/soundstage_rest.wasm');
  expect(fetched.filter(isRest), 'late.txt is old: ./dev profile').toEqual([]);
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes, 'bytes over the wire').toBeLessThan(350_000);

  const rest = visit.waitForResponse((answer) => isRest(new URL(answer.url()).pathname));
  await composer.click();
  expect((await rest).ok()).toBe(true);
  await composer.fill('How loud should a master be?');
  await composer.press('Enter');
  await expect(visit.getByRole('article').last()).toContainText('no file in this conversation');
  await fresh.close();
});
