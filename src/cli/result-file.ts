// Writes a result as it comes, record by record: a run that is cut off leaves what it had.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { HoldfastError } from '../base/errors.ts';
import type { ResultRecord } from '../load/result.ts';

const LF = 0x0a;
const READ_BYTES = 65_536;

export class ResultFileWriter {
  readonly #path: string;
  readonly #fd: number;
  readonly #appends: boolean;
  #isBegun = false;

  /**
   * Makes sure that the file can be written; what it holds is replaced by the first record, and not by a run that
   * never begins.
   *
   * @param appends - goes on with what is there, after its last whole line.
   * @throws HoldfastError ERR_FILE, here and in `write`.
   */
  constructor(path: string, appends = false) {
    this.#path = path;
    this.#appends = appends;
    this.#fd = this.#try(() => openSync(path, 'a+'));
  }

  // A few KiB a second, and each line whole: a crash in between must not lose it in a buffer.
  write(record: ResultRecord): void {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    this.#try(() => {
      if (!this.#isBegun) this.#begin();
      for (let at = 0; at < line.length; ) at += writeSync(this.#fd, line, at);
    });
  }

  close(): void {
    closeSync(this.#fd);
  }

  #begin(): void {
    this.#isBegun = true;
    // A pipe or a terminal has nothing to be replaced.
    if (fstatSync(this.#fd).isFile()) ftruncateSync(this.#fd, this.#appends ? endOfLines(this.#fd) : 0);
  }

  #try<T>(act: () => T): T {
    try {
      return act();
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
      const help = 'Check its name and the space on its disk';
      throw new HoldfastError('ERR_FILE', `${this.#path} cannot be written: ${why}`, help, { cause });
    }
  }
}

/** The length of the file without a last line that was cut off. */
function endOfLines(fd: number): number {
  const bytes = Buffer.alloc(READ_BYTES);
  for (let end = fstatSync(fd).size; end > 0; ) {
    const from = Math.max(0, end - READ_BYTES);
    const read = readSync(fd, bytes, 0, end - from, from);
    const lf = bytes.subarray(0, read).lastIndexOf(LF);
    if (lf !== -1) return from + lf + 1;
    end = from;
  }
  return 0;
}
