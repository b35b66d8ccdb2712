// The part of a file from one offset on: cuts it into lines, and knows by the bytes before it whether the file is
// still the one that was read. A line that is longer than the limit is passed over, and told as one without bytes.

import type { FileHandle } from 'node:fs/promises';
import { MAX_LINE_BYTES } from './publish-lines.ts';

/** What is kept of the bytes before the offset, to know the file again by. */
const TAIL_BYTES = 64;
/** A batch: what one publish takes. */
const MAX_LINES = 1000;
const LF = 10;
const CR = 13;

export interface WindowLine {
  /** Undefined for a line that is too long. */
  readonly bytes: Uint8Array | undefined;
  readonly offset: number;
}

export class LineWindow {
  /** Everything before has been handed out. */
  offset: number;
  /** The last bytes before the offset. */
  tail: Buffer;
  /** The last read stopped at its bounds, not at the end of the file. */
  hasMore = false;
  /** Where the line began that is too long, while its end is searched. */
  #longLineOffset: number | undefined;

  constructor(offset = 0, tail: Buffer = Buffer.alloc(0)) {
    this.offset = offset;
    this.tail = tail;
  }

  /** At the start of the last line, where that has no line end yet; else at the end. */
  static async atEnd(handle: FileHandle, size: number): Promise<LineWindow> {
    const start = Math.max(0, size - MAX_LINE_BYTES);
    const bytes = await readAt(handle, start, size - start);
    const end = bytes.lastIndexOf(LF) + 1;
    return new LineWindow(start + end, Buffer.from(bytes.subarray(Math.max(0, end - TAIL_BYTES), end)));
  }

  /** Whether the file has, before the offset, the bytes that were there. */
  async fits(handle: FileHandle, size: number): Promise<boolean> {
    if (size < this.offset) return false;
    const before = await readAt(handle, this.offset - this.tail.length, this.tail.length);
    return before.equals(this.tail);
  }

  /** The lines that are whole by now, at most a batch; `replaced` when the file is not the one that was read. */
  async read(handle: FileHandle, size: number): Promise<WindowLine[] | 'replaced'> {
    if (size < this.offset) return 'replaced';
    const start = this.offset - this.tail.length;
    const wanted = Math.min(size - start, this.tail.length + MAX_LINE_BYTES + 1);
    const bytes = await readAt(handle, start, wanted);
    if (!bytes.subarray(0, this.tail.length).equals(this.tail)) return 'replaced';
    const { lines, end } = this.#cut(bytes, start);
    this.tail = Buffer.from(bytes.subarray(Math.max(0, end - TAIL_BYTES), end));
    this.offset = start + end;
    this.hasMore = this.offset < size && (lines.length > 0 || bytes.length > MAX_LINE_BYTES);
    return lines;
  }

  /** What stands after the last line end of a file that nobody writes to any more. */
  async readRest(handle: FileHandle): Promise<WindowLine | undefined> {
    const { size } = await handle.stat();
    const { offset } = this;
    if (size <= offset) return undefined;
    const bytes = await readAt(handle, offset, Math.min(size - offset, MAX_LINE_BYTES));
    this.offset = size;
    this.tail = Buffer.alloc(0);
    const isWhole = this.#longLineOffset === undefined && bytes.length === size - offset;
    return { bytes: isWhole ? bytes : undefined, offset: this.#longLineOffset ?? offset };
  }

  /** The lines in `bytes`, which begin at `start` in the file, after the tail; and how many bytes they take. */
  #cut(bytes: Buffer, start: number): { lines: WindowLine[]; end: number } {
    const lines: WindowLine[] = [];
    let end = this.tail.length;
    while (lines.length < MAX_LINES) {
      const lf = bytes.indexOf(LF, end);
      if (lf === -1) break;
      const line = bytes.subarray(end, bytes[lf - 1] === CR && lf > end ? lf - 1 : lf);
      if (this.#longLineOffset === undefined) lines.push({ bytes: line, offset: start + end });
      else lines.push({ bytes: undefined, offset: this.#longLineOffset });
      this.#longLineOffset = undefined;
      end = lf + 1;
    }
    if (lines.length === 0 && bytes.length - end > MAX_LINE_BYTES) {
      this.#longLineOffset ??= start + end;
      end = bytes.length;
    }
    return { lines, end };
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
