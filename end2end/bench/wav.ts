// Long music out of the 48 seconds that make-song writes, over and over.
import { createWriteStream, readFileSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeSong } from '../support/process.ts';

const rate = 44_100;
const bytesPerSecond = rate * 4;
const pieceBytes = 8 << 20;

export class LongSong {
  private constructor(
    private readonly once: Buffer,
    readonly bytes: number,
  ) {}

  static ofBytes(bytes: number): LongSong {
    const song = makeSong();
    const file = readFileSync(song.mix);
    rmSync(song.folder, { recursive: true });
    return new LongSong(file.subarray(file.indexOf('data') + 8), bytes - (bytes % 4));
  }

  static ofSeconds(seconds: number): LongSong {
    return LongSong.ofBytes(header(0).length + seconds * bytesPerSecond);
  }

  get seconds() {
    return (this.bytes - header(0).length) / bytesPerSecond;
  }

  *pieces(): Generator<Buffer> {
    const head = header(this.bytes);
    yield head;
    const block = Buffer.concat(Array(Math.ceil(pieceBytes / this.once.length)).fill(this.once));
    for (let left = this.bytes - head.length; left > 0; left -= block.length) yield block.subarray(0, left);
  }

  async write(file: string) {
    await pipeline(Readable.from(this.pieces()), createWriteStream(file));
  }
}

/** RF64, since a WAV's sizes end at 4 GB: 16 bits, stereo. */
function header(bytes: number): Buffer {
  const head = Buffer.alloc(80);
  head.write('RF64\xff\xff\xff\xffWAVEds64', 0, 'latin1');
  head.writeUInt32LE(28, 16);
  head.writeBigUInt64LE(BigInt(Math.max(0, bytes - 8)), 20);
  head.writeBigUInt64LE(BigInt(Math.max(0, bytes - 80)), 28);
  head.writeBigUInt64LE(BigInt(Math.max(0, bytes - 80) / 4), 36);
  head.write('fmt ', 48);
  head.writeUInt32LE(16, 52);
  head.writeUInt16LE(1, 56);
  head.writeUInt16LE(2, 58);
  head.writeUInt32LE(rate, 60);
  head.writeUInt32LE(bytesPerSecond, 64);
  head.writeUInt16LE(4, 68);
  head.writeUInt16LE(16, 70);
  head.write('data\xff\xff\xff\xff', 72, 'latin1');
  return head;
}
