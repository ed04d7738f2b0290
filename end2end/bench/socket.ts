// One tab's line to `/api/live`, with as little of our own work in it as can be: a frame's time of arrival
// is taken where its bytes are read. (Node 20 has no WebSocket, and later ones take longer than the server.)
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { now } from './clock.ts';

const [textFrame, closeFrame, pingFrame, pongFrame] = [1, 8, 9, 10];

export class LiveSocket {
  /** `at`: when the bytes came, see `now`. */
  onFrame: (frame: any, at: number) => void = () => {};
  onLost: () => void = () => {};
  private unread: Buffer = Buffer.alloc(0);

  private constructor(private readonly socket: Socket) {
    socket.on('data', (bytes) => this.read(bytes, now()));
    socket.on('close', () => this.onLost());
  }

  static open(studio: string, headers: Record<string, string>): Promise<LiveSocket> {
    const { hostname, port, host } = new URL(studio);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.setNoDelay();
      socket.once('error', reject);
      const lines = Object.entries({
        host,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        ...headers,
      }).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`GET /api/live HTTP/1.1\r\n${lines.join('')}\r\n`);
      // The server says nothing of itself before it is spoken to: this is the whole handshake.
      socket.once('data', (answer) => {
        if (answer.toString('latin1').startsWith('HTTP/1.1 101')) resolve(new LiveSocket(socket));
        else reject(new Error(`no live channel: ${answer.toString().split('\r\n')[0]}`));
      });
    });
  }

  say(request: unknown) {
    this.write(textFrame, Buffer.from(JSON.stringify(request)));
  }

  end() {
    this.onLost = () => {};
    this.socket.destroy();
  }

  private read(bytes: Buffer, at: number) {
    this.unread = this.unread.length ? Buffer.concat([this.unread, bytes]) : bytes;
    while (this.unread.length >= 2) {
      const short = this.unread[1] & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.unread.length < head) return;
      const length = short < 126 ? short : short === 126 ? this.unread.readUInt16BE(2) : Number(this.unread.readBigUInt64BE(2));
      if (this.unread.length < head + length) return;
      const kind = this.unread[0] & 0x0f;
      const content = this.unread.subarray(head, head + length);
      this.unread = this.unread.subarray(head + length);
      if (kind === textFrame) this.onFrame(JSON.parse(content.toString()), at);
      else if (kind === pingFrame) this.write(pongFrame, content);
      else if (kind === closeFrame) this.socket.destroy();
    }
  }

  /** Clients must mask; a mask of zeros is one. What we say is short. */
  private write(kind: number, content: Buffer) {
    const long = content.length >= 126;
    const length = long ? [126, content.length >> 8, content.length & 0xff] : [content.length];
    length[0] |= 0x80;
    this.socket.write(Buffer.concat([Buffer.from([0x80 | kind, ...length, 0, 0, 0, 0]), content]));
  }
}
