// Cuts a stream of bytes into lines. A line ends at LF; a CR before it is not part of the line; what stands
// after the last LF is a line too. It holds at most one unfinished line, of bounded size.

import { ByteBuffer } from '../base/byte-buffer.ts';

const LF = 10;
const CR = 13;
const NOTHING = new Uint8Array(0);

export class LineSplitter {
  /** The line after the ones handed out is beyond the limit. Nothing can be read after it. */
  tooLong = false;
  readonly #maxLineBytes: number;
  // One byte more than the limit may be held, since it may be the CR that does not count.
  readonly #unfinished: ByteBuffer;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
    this.#unfinished = new ByteBuffer(maxLineBytes + 1);
  }

  /** The lines that this chunk completes; they may share its memory. */
  push(chunk: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    while (!this.tooLong) {
      const lf = chunk.indexOf(LF, start);
      const end = lf === -1 ? chunk.length : lf;
      if (this.#unfinished.length + (end - start) > this.#maxLineBytes + 1) {
        this.tooLong = true;
      } else if (lf === -1) {
        this.#unfinished.append(chunk, start);
        break;
      } else {
        this.#finishLine(lines, chunk.subarray(start, lf), true);
        start = lf + 1;
      }
    }
    return lines;
  }

  /** The line that was left without a line end, if there is one. */
  finish(): Uint8Array[] {
    const lines: Uint8Array[] = [];
    if (this.#unfinished.length > 0 && !this.tooLong) this.#finishLine(lines, NOTHING, false);
    return lines;
  }

  #finishLine(lines: Uint8Array[], end: Uint8Array, atLineEnd: boolean): void {
    const bytes = this.#unfinished.length === 0 ? end : Buffer.concat([this.#unfinished.view(), end]);
    this.#unfinished.clear();
    const line = atLineEnd && bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes;
    if (line.length > this.#maxLineBytes) this.tooLong = true;
    else lines.push(line);
  }
}
