// A person without a browser: signs in once, uploads by tus, sends and reads. What the server has
// acknowledged is remembered, to be asked for after it was killed.
import { createHash } from 'node:crypto';
import { owner, type Studio } from './process.ts';

export class Client {
  private cookie = '';
  private csrf = '';

  constructor(private readonly studio: Studio) {}

  async setUp() {
    const key = new URL(this.studio.setUpLink).searchParams.get('key')!;
    const { name, email, password } = owner;
    const answer = await this.fetch('/api/fn/set_up_owner', {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ key, name, email, password }),
    });
    this.cookie = answer.headers.get('set-cookie')!.split(';')[0];
    const page = await this.fetch('/').then((page) => page.text());
    this.csrf = page.match(/<meta name="csrf-token" content="([^"]+)"/)![1];
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new URL(path, this.studio.url), {
      ...init,
      headers: { ...this.headers, ...init.headers },
    });
  }

  /** What the server asks of every request of ours. */
  get headers(): Record<string, string> {
    return { origin: this.studio.url, cookie: this.cookie, 'x-csrf-token': this.csrf };
  }

  async call<Answer = any>(name: string, body: unknown): Promise<Answer> {
    const answer = await this.fetch(`/api/fn/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Brings a file in one piece; gives its id. */
  async upload(name: string, file: Buffer): Promise<string> {
    const upload = await this.begin(name, file.length);
    await this.append(upload, 0, file);
    return upload.split('/').pop()!;
  }

  /** Begins an upload; gives its address. */
  async begin(name: string, size: number): Promise<string> {
    const answer = await this.tus('/api/uploads', 'POST', {
      'upload-length': String(size),
      'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
    });
    if (answer.status !== 201) throw new Error(`creation: ${answer.status} ${await answer.text()}`);
    return answer.headers.get('location')!;
  }

  /** Sends one piece with its checksum; gives the acknowledged offset. */
  async append(upload: string, offset: number, piece: Buffer): Promise<number> {
    const checksum = createHash('sha256').update(piece).digest('base64');
    const headers = {
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
      'upload-checksum': `sha256 ${checksum}`,
    };
    const answer = await this.tus(upload, 'PATCH', headers, piece);
    if (answer.status !== 204) throw new Error(`append: ${answer.status} ${await answer.text()}`);
    return Number(answer.headers.get('upload-offset'));
  }

  /** How far the server says it is; null when the upload is no longer one. */
  async offset(upload: string): Promise<number | null> {
    const answer = await this.tus(upload, 'HEAD');
    return answer.ok ? Number(answer.headers.get('upload-offset')) : null;
  }

  private tus(path: string, method: string, headers: Record<string, string> = {}, body?: Buffer) {
    return this.fetch(path, { method, headers: { 'tus-resumable': '1.0.0', ...headers }, body: body as BodyInit });
  }
}
