// Whole blocks ready to be written, inside the framing of one chunk of HTTP/1.1. It is made once and shared by
// all streams that get the same: sockets take the framed bytes, every other outlet takes what is inside.

const CRLF = '\r\n';

export class Chunk {
  /** `<length in hex> CRLF <blocks> CRLF`: a chunk as HTTP/1.1 sends it. */
  readonly framed: Buffer;
  readonly #start: number;
  #bytes: Buffer | undefined;

  /** @throws RangeError for no bytes at all: a chunk of none is the end of a response. */
  constructor(parts: readonly Uint8Array[]) {
    let length = 0;
    for (const part of parts) length += part.byteLength;
    if (length === 0) throw new RangeError('Expected a chunk to have at least one byte');
    const prefix = length.toString(16) + CRLF;
    this.framed = Buffer.allocUnsafe(prefix.length + length + CRLF.length);
    let end = this.framed.write(prefix, 'latin1');
    this.#start = end;
    for (const part of parts) {
      this.framed.set(part, end);
      end += part.byteLength;
    }
    this.framed.write(CRLF, end, 'latin1');
  }

  static ofText(blocks: string): Chunk {
    return new Chunk([Buffer.from(blocks)]);
  }

  /** The blocks alone. Not made before somebody asks: streams on sockets never do. */
  get bytes(): Uint8Array {
    this.#bytes ??= this.framed.subarray(this.#start, this.framed.length - CRLF.length);
    return this.#bytes;
  }

  get byteLength(): number {
    return this.framed.length - this.#start - CRLF.length;
  }
}
