// Killing the process at any instant loses nothing that was acknowledged. ROUNDS kills, at instants that
// SEED decides; ten in CI, a hundred by ./dev soak.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '../support/client.ts';
import { expect, test } from '../support/studio.ts';

const rounds = Number(process.env.ROUNDS ?? 10);
const seed = Number(process.env.SEED ?? 1);

type Memory = {
  uploads: { address: string; acknowledged: number }[];
  sent: { key: string; conversation: string; message: string }[];
};

test(`${rounds} kills lose nothing that was acknowledged`, async ({ studio, song }) => {
  test.setTimeout(60_000 + rounds * 30_000);
  const file = readFileSync(song.mix);
  const sha = digest(file);
  const random = generator(seed);
  const client = new Client(studio);
  await client.setUp();

  let messages = 0;
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const memory: Memory = { uploads: [], sent: [] };
    const life = live(client, file, memory, `${seed}-${round}`).catch((error) => {
      // A server that is gone is what this is about; one that refuses is not.
      if (!(error instanceof TypeError)) throw error;
    });
    // The instant of the kill is what is tried here, not something to wait for.
    await pause(random() * 1_500);
    await studio.kill();
    await life;
    await studio.start();
    messages += memory.sent.length;
    bytes += memory.uploads.reduce((sum, upload) => sum + upload.acknowledged, 0);

    for (const upload of memory.uploads) {
      const asset = upload.address.split('/').pop()!;
      const offset = await client.offset(upload.address);
      if (offset !== null && offset < file.length) {
        expect(offset, 'an acknowledged byte is gone').toBeGreaterThanOrEqual(upload.acknowledged);
        await sendRest(client, upload.address, file, offset);
      }
      const original = await client.fetch(`/api/assets/${asset}/original`);
      expect(original.status, 'a finished upload is a file').toBe(200);
      expect(digest(Buffer.from(await original.arrayBuffer()))).toBe(sha);
      await expect
        .poll(() => client.fetch(`/api/assets/${asset}/report.json`).then((answer) => answer.status), { timeout: 60_000 })
        .toBe(200);
    }

    const list = await client.call('conversations', { asked: 'All' });
    for (const sent of memory.sent) {
      const { messages } = await client.call('conversation', { id: sent.conversation });
      expect(messages[0].id).toBe(sent.message);
      const answer = messages[1].run;
      expect(['done', 'interrupted', 'writing', 'measuring', 'failed']).toContain(answer.state);
      // Sent again with its key, it is still one message.
      const again = await client.call('send', { draft: draft(sent.key) });
      expect(again.message.id).toBe(sent.message);
      if (answer.state === 'interrupted') {
        await client.call('resume_run', { run: answer.id });
        await expect
          .poll(() => client.call('conversation', { id: sent.conversation }).then((view) => view.messages[1].run.state), {
            timeout: 60_000,
          })
          .toBe('done');
      }
    }
    expect(new Set(list.items.map((item: { id: string }) => item.id)).size).toBe(list.items.length);
  }
  // Something was there to be lost.
  expect(messages).toBeGreaterThan(rounds);
  expect(bytes).toBeGreaterThan(rounds * (1 << 20));
});

/** What somebody does until the server dies under them. */
async function live(client: Client, file: Buffer, memory: Memory, name: string) {
  for (let step = 0; ; step++) {
    const key = `${name}-${step}`;
    const sent = await client.call('send', { draft: draft(key) });
    memory.sent.push({ key, conversation: sent.conversation, message: sent.message.id });
    const upload = { address: await client.begin('mix.wav', file.length), acknowledged: 0 };
    memory.uploads.push(upload);
    await sendRest(client, upload.address, file, 0, (offset) => (upload.acknowledged = offset));
  }
}

async function sendRest(client: Client, address: string, file: Buffer, from: number, acknowledged = (_: number) => {}) {
  for (let offset = from; offset < file.length; ) {
    offset = await client.append(address, offset, file.subarray(offset, offset + (1 << 20)));
    acknowledged(offset);
  }
}

const draft = (key: string) => ({ key, conversation: null, text: `How loud should a master be? (${key})`, attachments: [] });

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Mulberry32: small, seeded, good enough to choose instants. */
function generator(state: number) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
