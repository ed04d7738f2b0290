// The line between a browser and the studio: a relay that can be cut, as a tunnel cuts a phone, and fall
// silent, as a router does that forgets.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Line {
  /** Bytes that have gone to the studio. */
  sent = 0;
  /** Some proxies let no WebSocket through. */
  knowsSockets = true;
  private readonly ends = new Set<Socket>();
  private isCut = false;
  private isSilent = false;
  private cutAt = Infinity;

  private constructor(private readonly relay: Server) {}

  static async to(studio: string): Promise<Line> {
    const port = Number(new URL(studio).port);
    const relay = createServer((browser) => line.join(browser, port));
    const line = new Line(relay);
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get url() {
    return `http://localhost:${(this.relay.address() as AddressInfo).port}`;
  }

  cut() {
    this.isCut = true;
    this.cutAt = Infinity;
    this.ends.forEach((end) => end.destroy());
  }

  /** Nothing goes through any more, and nobody is told. */
  hush() {
    this.isSilent = true;
    for (const end of this.ends) end.unpipe().resume();
  }

  /** Cuts itself as soon as so many more bytes have gone to the studio. */
  cutAfter(bytes: number) {
    this.cutAt = this.sent + bytes;
  }

  mend() {
    if (this.isSilent) this.ends.forEach((end) => end.destroy());
    this.isCut = this.isSilent = false;
  }

  end() {
    this.cut();
    this.relay.close();
  }

  private join(browser: Socket, port: number) {
    if (this.isCut) {
      browser.destroy();
      return;
    }
    if (this.isSilent) {
      this.ends.add(browser.on('error', () => {}).resume());
      return;
    }
    const studio = connect(port, '127.0.0.1');
    browser.on('data', (bytes) => {
      this.sent += bytes.length;
      if (this.sent >= this.cutAt) this.cut();
      if (!this.knowsSockets && /^upgrade: websocket/im.test(bytes.toString('latin1'))) browser.destroy();
    });
    for (const [from, to] of [[browser, studio], [studio, browser]]) {
      this.ends.add(from);
      from.pipe(to);
      from.on('error', () => {});
      from.on('close', () => {
        this.ends.delete(from);
        to.destroy();
      });
    }
  }
}
