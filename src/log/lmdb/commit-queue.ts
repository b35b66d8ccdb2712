// What waits for the next commit: plans of appends, in order, within a bound. It knows neither events nor the disk.

import type { Pending } from '../pending.ts';

/** One append that waits. */
export interface Waiting {
  readonly bytes: number;
  /** Adds its records to what is pending; throws, and adds nothing, when it is refused. */
  readonly plan: (pending: Pending, nowMs: number) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

// What one commit takes on, beyond its first append; the rest goes into the next.
const MAX_COMMIT_BYTES = 8 * 1024 * 1024;
// What may wait for the disk; beyond it the log refuses, as it does when a commit takes too long.
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

export class CommitQueue {
  readonly #waiting: Waiting[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get isFull(): boolean {
    return this.#bytes > MAX_WAITING_BYTES;
  }

  /** Resolves with what `plan` answers, once the append is durable. */
  add<T>(bytes: number, plan: (pending: Pending, nowMs: number) => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let answer: T;
    this.#waiting.push({
      bytes,
      plan: (pending, nowMs) => {
        answer = plan(pending, nowMs);
      },
      resolve: () => resolve(answer),
      reject,
    });
    this.#bytes += bytes;
    return promise;
  }

  /** Takes what goes into one commit. */
  take(): Waiting[] {
    let [bytes, count] = [0, 0];
    for (const waiting of this.#waiting) {
      if (count > 0 && bytes + waiting.bytes > MAX_COMMIT_BYTES) break;
      bytes += waiting.bytes;
      count++;
    }
    this.#bytes -= bytes;
    return this.#waiting.splice(0, count);
  }
}
