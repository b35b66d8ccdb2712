// Tells one worker how the head moves. It keeps no records for it: as long as the worker acknowledges, each commit goes
// out with its records; beyond a bound nothing does, and what the worker missed it reads from the files itself. So a
// worker that stopped costs this process the bound, in the pipe between them, and a few numbers.
//
//   attached: records with each commit --bound reached--> silent --half acknowledged--> the head alone --> attached

import type { Announcement, Ends } from './messages.ts';

/** The most bytes of announcements that a worker has not acknowledged. */
export const MAX_UNACKNOWLEDGED_BYTES = 4 * 1024 * 1024;

/** What a message costs beside its block. */
const MESSAGE_BYTES = 256;

/** Where the log is. */
export interface LogState {
  readonly head: number;
  readonly oldest: number;
  endsAfter(position: number): Ends;
}

export class Announcer {
  readonly #log: LogState;
  readonly #tell: (announcement: Announcement) => void;
  readonly #maxBytes: number;
  #toldHead: number;
  #toldOldest: number;
  #sentBytes = 0;
  #acknowledgedBytes = 0;

  /** For a worker that knows the log as it is now. */
  constructor(
    log: LogState,
    tell: (announcement: Announcement) => void,
    maxBytes = MAX_UNACKNOWLEDGED_BYTES,
  ) {
    this.#log = log;
    this.#tell = tell;
    this.#maxBytes = maxBytes;
    this.#toldHead = log.head;
    this.#toldOldest = log.oldest;
  }

  /** What waits for the worker, at most. */
  get unacknowledgedBytes(): number {
    return this.#sentBytes - this.#acknowledgedBytes;
  }

  /** A commit whose records, as a block, begin with a position. */
  announce(first: number, block: Uint8Array): void {
    const isNext = first === this.#toldHead + 1;
    const cost = MESSAGE_BYTES + block.byteLength;
    if (isNext && this.unacknowledgedBytes + cost <= this.#maxBytes) this.#send(cost, { block });
    // Else there is something to be acknowledged, and the head follows then.
    else if (this.unacknowledgedBytes === 0) this.tellState();
  }

  /** Tells the head and the oldest position, where the worker does not know them and is not far behind anyway. */
  tellState(): void {
    const { head, oldest } = this.#log;
    if (head === this.#toldHead && oldest === this.#toldOldest) return;
    if (this.unacknowledgedBytes > this.#maxBytes / 2) return;
    const ends = this.#log.endsAfter(this.#toldHead);
    const bytes = ends.reduce((sum, [topic]) => sum + topic.length + MESSAGE_BYTES / 8, MESSAGE_BYTES);
    this.#send(bytes, { ends });
  }

  acknowledge(sentBytes: number): void {
    this.#acknowledgedBytes = sentBytes;
    this.tellState();
  }

  #send(bytes: number, more: Pick<Announcement, 'block' | 'ends'>): void {
    const { head, oldest } = this.#log;
    this.#sentBytes += bytes;
    this.#toldHead = head;
    this.#toldOldest = oldest;
    this.#tell({ head, oldest, sentBytes: this.#sentBytes, ...more });
  }
}
