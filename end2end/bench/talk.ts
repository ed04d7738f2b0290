// Answers of the fake model, as they come to browsers through the studio, and as they come directly.
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../support/client.ts';
import type { Studio } from '../support/process.ts';
import { delays, now } from './clock.ts';
import { Load } from './load.ts';
import { LiveSocket } from './socket.ts';

const patience = 180_000;
const question = 'Why do kick and bass fight?';

export abstract class Talk {
  /** Of all tokens that have come, in ms; whoever watches empties it. */
  delays: number[] = [];

  /** As many answers as asked, on all lines; gives how long each first token took, in ms. */
  async answers(count: number, gap = 0): Promise<number[]> {
    const firsts: number[] = [];
    let next = 0;
    const work = async (line: number) => {
      if (gap) await pause(line * gap);
      while (next < count) {
        next += 1;
        firsts.push(await this.answer(line));
      }
    };
    const all = Promise.all(Array.from({ length: Math.min(count, this.lines) }, (_, line) => work(line)));
    const late = pause(patience, undefined, { ref: false }).then(() => {
      throw new Error(`${firsts.length} of ${count} answers came to their end in ${patience / 1_000} s`);
    });
    late.catch(() => {});
    await Promise.race([all, late]);
    return firsts;
  }

  abstract end(): void;
  protected abstract readonly lines: number;
  protected abstract answer(line: number): Promise<number>;

  protected take(text: string, at: number) {
    for (const delay of delays(text, at)) this.delays.push(delay);
  }
}

/** Browser tabs, each with its line open before anything is asked. */
export class Tabs extends Talk {
  private asked = 0;

  private constructor(
    private readonly load: Load,
    private readonly open: LiveSocket[],
  ) {
    super();
  }

  static async open(studio: Studio, client: Client, count: number): Promise<Tabs> {
    const load = new Load(studio.url, client.headers, count);
    const lines = await Promise.all(Array.from({ length: count }, () => LiveSocket.open(studio.url, client.headers)));
    await Promise.all(lines.map(() => load.call('me')));
    return new Tabs(load, lines);
  }

  end() {
    this.open.forEach((line) => line.end());
    this.load.end();
  }

  protected get lines() {
    return this.open.length;
  }

  protected async answer(index: number): Promise<number> {
    const line = this.open[index];
    const key = `bench-${process.pid}-${performance.now()}-${index}-${this.asked++}`;
    const began = now();
    const { answer } = await this.load.call('send', {
      draft: { key, conversation: null, text: question, attachments: [] },
    });
    const { id, state, blocks, tail, cursor } = answer.run;
    // The answer to `send` shows the run as it stands by then: what it covers does not come by the line.
    let first = blocks.length || tail ? now() - began : NaN;
    if (state === 'done') return first;
    if (state === 'failed') throw new Error(`an answer failed: ${answer.run.error?.message}`);
    const topic = `run:${id}`;
    return new Promise((resolve, reject) => {
      line.onLost = () => reject(new Error('the live channel was lost'));
      line.onFrame = (frame, at) => {
        if (frame.topic !== topic) return;
        if (frame.type !== 'event') {
          if (frame.type !== 'caught_up') reject(new Error(`the live channel says ${frame.type}`));
          return;
        }
        const { event } = frame;
        if (event.kind === 'text') {
          if (Number.isNaN(first)) first = at - began;
          this.take(event.text, at);
        } else if (event.kind === 'finished') {
          line.say({ type: 'unsubscribe', topic });
          if (event.state === 'done') resolve(first);
          else reject(new Error(`an answer ended as ${event.state}: ${event.error?.message}`));
        }
      };
      line.say({ type: 'subscribe', topic, after: cursor });
    });
  }
}

/** What takes the studio's place: one connection to the model for each answer. */
export class Direct extends Talk {
  private readonly agent: http.Agent;

  constructor(
    private readonly address: string,
    private readonly model: string,
    protected readonly lines: number,
  ) {
    super();
    this.agent = new http.Agent({ keepAlive: true, maxSockets: lines });
  }

  end() {
    this.agent.destroy();
  }

  protected answer(): Promise<number> {
    const began = now();
    return new Promise((resolve, reject) => {
      const request = http.request(`http://${this.address}/v1/chat/completions`, {
        method: 'POST',
        agent: this.agent,
        headers: { 'content-type': 'application/json' },
      });
      request.once('error', reject);
      request.once('response', (answer) => {
        let first = NaN;
        let unread = '';
        answer.on('data', (bytes: Buffer) => {
          const at = now();
          const lines = (unread + bytes.toString()).split('\n');
          unread = lines.pop()!;
          for (const line of lines) {
            const text = line.startsWith('data: {') ? JSON.parse(line.slice(6)).choices[0]?.delta.content : '';
            if (!text) continue;
            if (Number.isNaN(first)) first = at - began;
            this.take(text, at);
          }
        });
        answer.once('error', reject);
        answer.once('end', () => resolve(first));
      });
      request.end(JSON.stringify({ model: this.model, stream: true, messages: [{ role: 'user', content: question }] }));
    });
  }
}
