// Everything by keyboard: what has the focus is seen, and Escape closes what was opened.
import { readFileSync } from 'node:fs';
import { Client } from '../support/client.ts';
import { answer, answered, message } from '../support/conversation.ts';
import { tabTo } from '../support/keyboard.ts';
import { expect, owner, test } from '../support/studio.ts';

test('from the door to a fact and back, without a mouse', async ({ page, studio, song }) => {
  const client = new Client(studio);
  await client.setUp();
  const asset = await client.upload('faulty.wav', readFileSync(song.mix));
  const attachments = [{ asset, side: 'a' }];
  await client.call('send', { draft: { key: 'a first message', conversation: null, text: 'What is wrong?', attachments } });

  // Signs in.
  await page.goto(`${studio.url}/`);
  await tabTo(page, page.getByLabel('Email'));
  await page.keyboard.type(owner.email);
  await tabTo(page, page.getByLabel('Password', { exact: true }));
  await page.keyboard.type(owner.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${studio.url}/`);

  // Once the page is alive: nothing is written, so nothing can be sent.
  await expect(message(page)).toBeFocused();
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled();

  // The skip link jumps over rail and list.
  await tabTo(page, page.getByRole('link', { name: 'Skip to the main pane' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();

  // Writes, on two lines, and sends.
  await tabTo(page, message(page));
  await page.keyboard.type('How loud should a master be?');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('It is for vinyl.');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/c\//);
  await answered(page);
  await expect(page.getByRole('article').first()).toContainText('It is for vinyl.');
  await expect(message(page)).toBeFocused();

  // Begins another conversation, and goes back through the list.
  await tabTo(page, page.getByRole('link', { name: 'New conversation' }));
  await page.keyboard.press('Enter');
  await expect(message(page)).toBeFocused();
  await page.keyboard.press('Escape');
  const row = page.getByRole('link', { name: 'How loud should a master be?' });
  await tabTo(page, row);

  // Opens its menu: arrows go round, Escape closes it and gives the focus back.
  const more = page.getByRole('button', { name: 'More about How loud should a master be?' });
  await tabTo(page, more);
  await page.keyboard.press('Enter');
  const menu = page.getByRole('menu', { name: 'Conversation' });
  await expect(menu.getByRole('menuitem', { name: 'Rename' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(menu.getByRole('menuitem', { name: 'Delete' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(menu.getByRole('menuitem', { name: 'Rename' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await expect(more).toBeFocused();

  // Renames it.
  await page.keyboard.press('Enter');
  await expect(menu.getByRole('menuitem', { name: 'Rename' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Title' })).toBeFocused();
  await page.keyboard.type('Vinyl');
  await page.keyboard.press('Enter');
  const renamed = page.getByRole('link', { name: /^Vinyl/ });
  await expect(renamed).toBeFocused();

  // Down to the other one, and in.
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('link', { name: /^faulty/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'faulty' })).toBeVisible();
  await answered(page);

  // A figure says where it comes from.
  const fact = answer(page).locator('button.fact').first();
  await tabTo(page, fact);
  await page.keyboard.press('Enter');
  const source = page.getByRole('dialog', { name: 'Measured fact' });
  await expect(source).toBeFocused();
  await expect(source).toContainText('How it is measured');
  await page.keyboard.press('Escape');
  await expect(source).toBeHidden();
  await expect(fact).toBeFocused();

  // The list of keys, the search, the account.
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
  await expect(fact).toBeFocused();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search conversations' })).toBeFocused();
  const account = page.getByRole('button', { name: `${owner.name}, account` });
  await tabTo(page, account);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('group', { name: 'Account' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('group', { name: 'Account' })).toBeHidden();
  await expect(account).toBeFocused();
});
