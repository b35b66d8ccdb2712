// Writes log lines to stderr without ever holding the process up: one write at a time, a bounded backlog, and
// what cannot be written is dropped. A log that is full, closed or not read is no reason for streams to stop.

import { write } from 'node:fs';

const STDERR = 2;

export class StderrLines {
  readonly #maxWaitingBytes: number;
  #waiting = '';
  #isWriting = false;

  constructor(maxWaitingBytes: number) {
    this.#maxWaitingBytes = maxWaitingBytes;
  }

  write(line: string): void {
    if (this.#waiting.length + line.length > this.#maxWaitingBytes) return;
    this.#waiting += line;
    if (!this.#isWriting) this.#writeNext();
  }

  #writeNext(): void {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    this.#isWriting = bytes.length > 0;
    if (this.#isWriting) this.#writeRest(bytes);
  }

  // The kernel may take a part only. An error drops the rest of this write, not the lines that follow.
  #writeRest(bytes: Buffer): void {
    write(STDERR, bytes, (error, written) => {
      if (error === null && written > 0 && written < bytes.length) this.#writeRest(bytes.subarray(written));
      else this.#writeNext();
    });
  }
}
