// Who waits until an announced head has reached a position. Each waits for a bounded time.

import type { HoldfastError } from '../../base/errors.ts';

interface Awaited {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: HoldfastError) => void;
}

export class AwaitedPositions {
  #awaited: Awaited[] = [];

  /** Resolves at the `reach` of the position; rejects with `late()` when that takes longer than the limit. */
  wait(position: number, limitMs: number, late: () => HoldfastError): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#awaited = this.#awaited.filter((other) => other !== awaited);
        reject(late());
      }, limitMs);
      const awaited: Awaited = {
        position,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#awaited.push(awaited);
    });
  }

  /** The head is there now. */
  reach(head: number): void {
    if (this.#awaited.length === 0) return;
    const reached = this.#awaited.filter(({ position }) => position <= head);
    this.#awaited = this.#awaited.filter(({ position }) => position > head);
    for (const { resolve } of reached) resolve();
  }

  /** It will come no further. */
  lose(error: HoldfastError): void {
    const awaited = this.#awaited;
    this.#awaited = [];
    for (const { reject } of awaited) reject(error);
  }
}
