// Takes room on the disk before LMDB writes there, and so meets a full or read-only disk first. It has to: lmdb 3.5.6
// writes the message of a failed page write over the end of its 100 bytes, and the process ends some time later.

import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';

const STEP_BYTES = 256 * 1024;
const ZEROS = Buffer.alloc(64 * 1024);

export class Reserve {
  readonly #path: string;
  readonly #descriptor: number;

  /** For a file that exists. */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'r+');
  }

  /**
   * Makes sure that the file, of which the first `usedBytes` are not ours, can be written up to `untilBytes`. Rejects with
   * the system's error. Not while a commit is under way.
   */
  async ensure(usedBytes: number, untilBytes: number): Promise<void> {
    // Asked each time: what LMDB has written beyond must not be written over.
    const { size } = fstatSync(this.#descriptor);
    if (untilBytes < size) {
      // A disk that takes nothing any more says so here.
      if (usedBytes < size) writeSync(this.#descriptor, ZEROS, 0, 1, size - 1);
      return;
    }
    try {
      await this.#extend(Math.max(size, usedBytes), untilBytes + STEP_BYTES);
    } catch {
      // A disk that is nearly full still takes what is needed.
      const reached = Math.max(fstatSync(this.#descriptor).size, usedBytes);
      await this.#extend(reached, untilBytes + 1);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  // With a handle of its own, which no close of the log can take away from a write that hangs.
  async #extend(size: number, untilBytes: number): Promise<void> {
    const handle = await open(this.#path, 'r+');
    try {
      for (let at = size; at < untilBytes; ) {
        const length = Math.min(ZEROS.byteLength, untilBytes - at);
        at += (await handle.write(ZEROS, 0, length, at)).bytesWritten;
      }
    } finally {
      await handle.close();
    }
  }
}
