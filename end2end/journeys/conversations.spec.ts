// The list of conversations: it names them by itself, finds them, and lets them be renamed and deleted.
import type { Page } from '@playwright/test';
import { answered, ask } from '../support/conversation.ts';
import { expect, setUp, test } from '../support/studio.ts';

const list = (page: Page) => page.getByRole('complementary', { name: 'Conversations' });
const row = (page: Page, title: string) => list(page).getByRole('link', { name: title });

async function talk(page: Page, question: string) {
  await list(page).getByRole('link', { name: 'New conversation' }).click();
  await expect(page).toHaveURL(/\/$/);
  await ask(page, question);
  await answered(page);
}

async function choose(page: Page, title: string, item: string) {
  await row(page, title).hover();
  await list(page).getByRole('button', { name: `More about ${title}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

test('conversations name themselves, and stand under their day with the newest first', async ({ page, studio }) => {
  await setUp(page, studio);
  await expect(list(page)).toContainText('Your conversations will be listed here.');
  await talk(page, 'How loud should a master be? It is for vinyl.');
  await expect(page.getByRole('heading', { level: 1, name: 'How loud should a master be?' })).toBeVisible();
  await expect(page).toHaveTitle('How loud should a master be? · Soundstage');
  await talk(page, 'Why does my kick vanish in mono?');

  const today = list(page).getByRole('region', { name: 'Today' }).getByRole('link');
  await expect(today).toHaveText([/Why does my kick vanish in mono\?/, /How loud should a master be\?/]);
  await row(page, 'How loud').click();
  await expect(page.getByRole('article').first()).toContainText('It is for vinyl.');
  await expect(row(page, 'How loud')).toHaveAttribute('aria-current', 'true');
});

test('the address says what is open, from the first click on', async ({ page, studio }) => {
  await setUp(page, studio);
  await talk(page, 'How loud should a master be?');
  const address = page.url();
  await page.goto(studio.url);
  await row(page, 'How loud').click();
  await expect(page).toHaveURL(address);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'How loud should a master be?' })).toBeVisible();
  await list(page).getByRole('link', { name: 'New conversation' }).click();
  await expect(page).toHaveURL(/\/$/);
  await page.goBack();
  await expect(page).toHaveURL(address);
  await expect(page.getByRole('heading', { level: 1, name: 'How loud should a master be?' })).toBeVisible();
});

test('a conversation is renamed in the list and in its head, and every tab knows', async ({ page, context, studio }) => {
  await setUp(page, studio);
  await talk(page, 'How loud should a master be?');
  const beside = await context.newPage();
  await beside.goto(page.url());
  const title = beside.getByRole('heading', { level: 1 });
  await expect(title).toHaveText('How loud should a master be?');

  await choose(page, 'How loud should a master be?', 'Rename');
  await list(page).getByRole('textbox', { name: 'Title' }).fill('Night Ferry, vinyl master');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Night Ferry, vinyl master')).toBeVisible();
  await expect(title).toHaveText('Night Ferry, vinyl master');

  await page.getByRole('main').getByRole('button', { name: 'Night Ferry, vinyl master' }).click();
  await page.getByRole('main').getByRole('textbox', { name: 'Title' }).fill('Night Ferry, side A');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Night Ferry, side A')).toBeVisible();
  await expect(title).toHaveText('Night Ferry, side A');

  // Escape leaves it as it was, and so does a title of nothing.
  await page.getByRole('main').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('main').getByRole('textbox', { name: 'Title' }).fill('Something else');
  await page.keyboard.press('Escape');
  await page.getByRole('main').getByRole('button', { name: 'Night Ferry, side A' }).click();
  await page.getByRole('main').getByRole('textbox', { name: 'Title' }).fill('  ');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main').getByRole('button', { name: 'Night Ferry, side A' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Night Ferry, side A');
});

test('the search looks into titles, questions and answers', async ({ page, studio }) => {
  await setUp(page, studio);
  await talk(page, 'How loud should a master be? It is for vinyl.');
  await talk(page, 'Why does my kick vanish in mono?');
  const search = page.getByRole('searchbox', { name: 'Search conversations' });
  await search.fill('VINYL');
  await expect(row(page, 'Why does')).toBeHidden();
  await expect(row(page, 'How loud')).toBeVisible();
  await search.fill('drop a mix');
  await expect(row(page, 'Why does')).toBeVisible();
  await expect(row(page, 'How loud')).toBeVisible();
  await search.fill('100%_');
  await expect(list(page)).toContainText('No conversation mentions “100%_”');
  await list(page).getByRole('button', { name: 'Clear search' }).click();
  await expect(search).toBeFocused();
  await expect(row(page, 'How loud')).toBeVisible();
});

test('deleting asks first, and is known in every tab', async ({ page, context, studio }) => {
  await setUp(page, studio);
  await talk(page, 'How loud should a master be?');
  await talk(page, 'Why does my kick vanish in mono?');
  const beside = await context.newPage();
  await beside.goto(page.url());

  await choose(page, 'Why does my kick vanish in mono?', 'Delete');
  const menu = page.getByRole('menu', { name: 'Conversation' });
  await expect(menu).toContainText('Its messages and answers go for good.');
  await menu.getByRole('menuitem', { name: 'Keep it' }).click();
  await expect(menu).toBeHidden();
  await expect(row(page, 'Why does')).toBeVisible();

  await choose(page, 'Why does my kick vanish in mono?', 'Delete');
  await menu.getByRole('menuitem', { name: 'Delete conversation' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Conversation deleted' })).toBeVisible();
  for (const tab of [page, beside]) {
    await expect(tab).toHaveURL(/\/$/);
    await expect(row(tab, 'Why does')).toBeHidden();
    await expect(row(tab, 'How loud')).toBeVisible();
  }
});

test.describe('what is not there, or not yours', () => {
  test.use({ mayLog: /status of 404 .*\/c\// });

  test('is said in a sentence, and leads on', async ({ page, studio }) => {
    await setUp(page, studio);
    for (const id of ['01890a5d-ac96-774b-bcce-b302099a8057', 'nonsense']) {
      const response = await page.goto(`${studio.url}/c/${id}`);
      expect(response!.status(), id).toBe(404);
      await expect(page.getByRole('main')).toContainText('That conversation does not exist, or it is not yours.');
    }
    await page.getByRole('main').getByRole('link', { name: 'New conversation' }).click();
    await expect(page.getByRole('main')).toContainText('Nothing to measure yet');
  });
});

test('signed out, the API says so and a page leads to the door', async ({ page, request, studio }) => {
  await setUp(page, studio);
  const headers = { origin: studio.url };
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  for (const answer of [
    await request.post(`${studio.url}/api/fn/conversations`, { headers, data: { asked: 'All' } }),
    await request.post(`${studio.url}/api/fn/conversation`, { headers, data: { id } }),
    await request.post(`${studio.url}/api/fn/delete_conversation`, { headers, data: { id } }),
    await request.get(`${studio.url}/api/live/sse?topics=conversation:${id}`),
    await request.get(`${studio.url}/api/assets/${id}/original`),
    await request.post(`${studio.url}/api/uploads`, { headers: { ...headers, 'tus-resumable': '1.0.0', 'upload-length': '9' } }),
  ]) {
    expect(answer.status(), answer.url()).toBe(401);
    expect(await answer.json(), answer.url()).toEqual({ code: 'signed_out', message: expect.stringMatching(/^[A-Z].*\.$/) });
  }
  const door = await request.get(`${studio.url}/c/${id}`);
  expect(new URL(door.url()).pathname + new URL(door.url()).search).toBe(`/sign-in?next=/c/${id}`);
});
