// Files on their way: what is no sound is refused in a sentence, and what was begun is finished.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Upload } from 'tus-js-client';
import { Client } from '../support/client.ts';
import { expect, setUp, test } from '../support/studio.ts';

const MB = 1 << 20;
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test.describe('a file that is no sound', () => {
  test.use({ mayLog: /status of (415|422) .*\/api\/uploads/ });

  test('is refused in a plain sentence', async ({ page, studio }) => {
    await setUp(page, studio);
    const files = page.getByRole('list', { name: 'Files for this message' });
    for (const [name, buffer, sentence] of [
      ['notes.wav', Buffer.from('Take 3 was the good one.\n'.repeat(40)), 'This file is named .wav, but holds text, not audio.'],
      ['silence.wav', Buffer.alloc(0), 'This file is empty: there is no sound in it to measure.'],
    ] as const) {
      await page.getByLabel('Files', { exact: true }).setInputFiles({ name, mimeType: 'audio/wav', buffer });
      await expect(files.getByRole('alert')).toHaveText(sentence);
      await expect(files).toContainText('not stored');
      await page.getByRole('button', { name: `Remove ${name}` }).click();
      await expect(files).toBeHidden();
    }
  });
});

test('an upload that lost its line goes on by itself', async ({ page, line, studio }, info) => {
  const file = long(info.outputPath('long.wav'), 24);
  await setUp(page, studio);
  await page.goto(line.url);
  line.cutAfter(12 * MB);
  await page.getByLabel('Files', { exact: true }).setInputFiles(file.path);
  const row = page.getByRole('list', { name: 'Files for this message' }).getByRole('listitem');
  await expect(row).toContainText(/paused at \d/);
  line.mend();
  await expect(page.getByRole('button', { name: 'Play long.wav' })).toBeEnabled();
  // Only the piece that was under way went twice.
  expect(line.sent).toBeLessThan((24 + 9) * MB);
});

test('an upload whose tab was closed is taken up when the file is chosen again', async ({ page, context, line, studio }, info) => {
  const file = long(info.outputPath('long.wav'), 24);
  await setUp(page, studio);
  await page.goto(line.url);
  line.cutAfter(20 * MB);
  await page.getByLabel('Files', { exact: true }).setInputFiles(file.path);
  await expect(page.getByRole('list', { name: 'Files for this message' })).toContainText(/paused at \d/);
  await page.close();

  line.mend();
  const before = line.sent;
  const later = await context.newPage();
  await later.goto(line.url);
  const stored = later.waitForResponse((response) => response.headers()['soundstage-asset'] !== undefined);
  await later.getByLabel('Files', { exact: true }).setInputFiles(file.path);
  const asset = (await stored).headers()['soundstage-asset'];
  expect(line.sent - before).toBeLessThan(9 * MB);
  const original = await later.request.get(`${studio.url}/api/assets/${asset}/original`);
  expect(digest(await original.body())).toBe(file.digest);
});

test('any tus client can bring a file, and go on where it stopped', async ({ studio }, info) => {
  const file = long(info.outputPath('long.wav'), 12);
  const client = new Client(studio);
  await client.setUp();
  const options = { endpoint: `${studio.url}/api/uploads`, chunkSize: 4 * MB, headers: client.headers, metadata: { filename: 'long.wav' } };

  const begun = await new Promise<string>((resolve, reject) => {
    const upload: Upload = new Upload(file.bytes, {
      ...options,
      onError: reject,
      onChunkComplete: (_, accepted) => {
        if (accepted >= 4 * MB) upload.abort().then(() => resolve(upload.url!), reject);
      },
    });
    upload.start();
  });
  const offset = await client.offset(new URL(begun).pathname);
  expect(offset).toBeGreaterThanOrEqual(4 * MB);
  expect(offset).toBeLessThan(file.bytes.length);

  await new Promise<void>((onSuccess, onError) => {
    new Upload(file.bytes, { ...options, uploadUrl: begun, onError, onSuccess: () => onSuccess() }).start();
  });
  const original = await client.fetch(`/api/assets/${begun.split('/').pop()}/original`);
  expect(digest(Buffer.from(await original.arrayBuffer()))).toBe(file.digest);
});

/** A WAV of so many megabytes, all of them different. */
function long(path: string, megabytes: number) {
  const bytes = Buffer.alloc(megabytes * MB);
  bytes.write('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x10\0data\0\0\0\0', 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.writeUInt32LE(bytes.length - 44, 40);
  for (let at = 44, state = 1; at < bytes.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes.writeInt16LE(state >> 18, at);
    bytes.writeInt16LE(state >> 19, at + 2);
  }
  writeFileSync(path, bytes);
  return { path, bytes, digest: digest(bytes) };
}
