// Ways in that rest on what a person has: a passkey on their device, digits from their app, codes on paper.
import type { Page } from '@playwright/test';
import { noViolations } from '../support/axe.ts';
import { message } from '../support/conversation.ts';
import { expect, owner, setUp, test, type Studio } from '../support/studio.ts';
import { digits } from '../support/totp.ts';

/** Chromium's own: a fingerprint reader whose finger is always there. */
async function device(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const;
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  return {
    keys: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    /** Whoever is there is somebody else. */
    refuses: () => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false }),
    knows: () => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true }),
  };
}

async function signOut(page: Page) {
  await page.getByRole('button', { name: `${owner.name}, account` }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in', exact: true })).toBeVisible();
}

async function byPassword(page: Page, studio: Studio) {
  await page.goto(`${studio.url}/sign-in`);
  await page.getByLabel('Email').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test.describe('a device', () => {
  // What it says no to, and what the server refuses, the browser logs.
  test.use({ mayLog: /status of 401/ });

  test('signs its person in, is renamed, and is forgotten', async ({ page, studio }) => {
    const laptop = await device(page);
    await setUp(page, studio);
    await page.goto(`${studio.url}/settings/passkeys`);
    await expect(page.getByText('No passkeys yet')).toBeVisible();
    await noViolations(page);
    await page.getByRole('button', { name: 'Add passkey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
    await noViolations(page);
    await dialog.getByRole('button', { name: 'Add passkey' }).click();
    await expect(dialog.getByText('Which device is it on?')).toBeVisible();
    await dialog.getByLabel('Name').fill('Studio laptop');
    await dialog.getByLabel('Your password').fill('not my password at all');
    await dialog.getByRole('button', { name: 'Add passkey' }).click();
    await expect(dialog.getByText('That is not your password.')).toBeVisible();
    await dialog.getByLabel('Your password').fill(owner.password);
    await dialog.getByRole('button', { name: 'Add passkey' }).click();
    await expect(page.getByText('Studio laptop', { exact: true })).toBeVisible();
    await expect(page.getByText('never used')).toBeVisible();
    const [key] = await laptop.keys();
    expect(key).toMatchObject({ isResidentCredential: true, rpId: 'localhost' });

    await signOut(page);
    await page.goto(`${studio.url}/settings/passkeys`);
    await noViolations(page);
    await laptop.refuses();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await expect(page.getByText('Your device was told no')).toBeVisible();
    await laptop.knows();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    // Where they were going.
    await expect(page.getByText('Studio laptop', { exact: true })).toBeVisible();
    await expect(page.getByText('never used')).toBeHidden();

    // The same device is not asked twice.
    await page.getByRole('button', { name: 'Add passkey' }).click();
    await dialog.getByLabel('Name').fill('The same');
    await dialog.getByLabel('Your password').fill(owner.password);
    await dialog.getByRole('button', { name: 'Add passkey' }).click();
    await expect(dialog.getByText('holds a passkey of yours')).toBeVisible();
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    await page.getByRole('button', { name: 'Rename Studio laptop' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Laptop, blue');
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    await expect(page.getByText('Laptop, blue', { exact: true })).toBeVisible();
    await noViolations(page);
    await page.getByRole('button', { name: 'Remove Laptop, blue' }).click();
    await noViolations(page);
    await page.getByRole('button', { name: 'Remove passkey' }).click();
    await expect(page.getByText('No passkeys yet')).toBeVisible();
    await signOut(page);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await expect(page.getByText('That passkey is not known here')).toBeVisible();
  });
});

test.describe('digits', () => {
  test.use({ mayLog: /status of 401/ });

  test('are asked for beside the password, and codes on paper stand in for them', async ({ page, studio, browser }) => {
    await setUp(page, studio);
    await page.goto(`${studio.url}/settings/profile`);
    await page.getByRole('button', { name: 'Turn on' }).click();
    const dialog = page.getByRole('dialog', { name: 'second factor' });
    await dialog.getByLabel('Your password').fill(owner.password);
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await expect(dialog.getByRole('img', { name: 'QR code' })).toBeVisible();
    await noViolations(page);
    const seed = await dialog.locator('code').innerText();
    await dialog.getByLabel('The six digits').fill('000 000');
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    await expect(dialog.getByText('Those digits are not right')).toBeVisible();
    await dialog.getByLabel('The six digits').fill(digits(seed));
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    const items = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
    await expect(items).toHaveCount(10);
    const codes = await items.allInnerTexts();
    await noViolations(page);
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByText('10 left.')).toBeVisible();
    await noViolations(page);

    await signOut(page);
    await byPassword(page, studio);
    const code = page.getByLabel('Code');
    await expect(code).toBeFocused();
    await noViolations(page);
    // Those that turned it on count no more.
    await code.fill('000000');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByText('Those digits are not right')).toBeVisible();
    await code.fill(digits(seed, 1));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(message(page)).toBeVisible();

    // Before wasm has come, and by paper.
    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await byPassword(plain, studio);
    await expect(plain.getByLabel('Code')).toBeVisible();
    await plain.getByLabel('Email').fill(owner.email);
    await plain.getByLabel('Password', { exact: true }).fill(owner.password);
    await plain.getByLabel('Code').fill(codes[0]!);
    await plain.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(plain).toHaveURL(`${studio.url}/`);

    await page.goto(`${studio.url}/settings/profile`);
    await expect(page.getByText('9 left.')).toBeVisible();
    await page.getByRole('button', { name: 'Make new recovery codes' }).click();
    await page.getByRole('dialog').getByLabel('Your password').fill(owner.password);
    await page.getByRole('button', { name: 'Make new codes' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByText('10 left.')).toBeVisible();
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('dialog').getByLabel('Your password').fill(owner.password);
    await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click();
    await expect(page.getByText('Your password alone lets you in.', { exact: true })).toBeVisible();
    await signOut(page);
    await byPassword(page, studio);
    await expect(message(page)).toBeVisible();
  });
});
