// Many requests over few connections that stay open. Node's own `fetch` takes a multiple of the processor
// time of what is measured, and would be measured along where time counts.
import http from 'node:http';

const patience = 60_000;

export class Load {
  private readonly agent: http.Agent;

  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
    private readonly connections: number,
  ) {
    this.agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  }

  get(path: string, headers: Record<string, string> = {}) {
    return this.ask('GET', path, headers);
  }

  /** A server function with named arguments, or none. */
  async call<Answer = any>(name: string, body?: unknown): Promise<Answer> {
    const isForm = body === undefined;
    const headers = {
      accept: 'application/json',
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
    };
    const { bytes } = await this.ask('POST', `/api/fn/${name}`, headers, isForm ? '' : JSON.stringify(body));
    return JSON.parse(bytes.toString());
  }

  /** As often as asked, on all connections. */
  async repeat(count: number, act: (index: number) => Promise<unknown>) {
    let next = 0;
    const work = async () => {
      while (next < count) await act(next++);
    };
    await Promise.all(Array.from({ length: this.connections }, work));
  }

  end() {
    this.agent.destroy();
  }

  private ask(method: string, path: string, headers: Record<string, string>, body?: string) {
    return new Promise<{ bytes: Buffer; headers: http.IncomingHttpHeaders }>((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const request = http.request(new URL(path, this.url), {
        method,
        agent: this.agent,
        headers: { ...this.headers, ...headers, ...length },
      });
      request.once('response', (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece) => pieces.push(piece));
        answer.once('error', reject);
        answer.once('end', () => {
          const bytes = Buffer.concat(pieces);
          if (answer.statusCode === 200) resolve({ bytes, headers: answer.headers });
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${bytes.toString().slice(0, 300)}`));
        });
      });
      request.setTimeout(patience, () => request.destroy(new Error(`${method} ${path}: no answer in ${patience / 1_000} s`)));
      request.once('error', reject);
      request.end(body);
    });
  }
}

/** The value below which so many of all lie: `percentile(values, 0.99)`. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export const median = (values: number[]) => percentile(values, 0.5);
