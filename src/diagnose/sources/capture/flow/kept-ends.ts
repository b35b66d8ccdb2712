// A list of which the first and the last are kept: how something began and how it ended explain it, not what came
// between. The last are a ring of slots that are used again, so a long list makes no garbage.

import type { Allowance } from './allowance.ts';

export interface KeptEndsOptions<Slot> {
  readonly first: number;
  readonly last: number;
  /** How many may be kept whatever the allowance says. */
  readonly sure: number;
  /** Shared by all lists of a capture. */
  readonly allowance: Allowance;
  readonly create: () => Slot;
}

export class KeptEnds<Slot> {
  /** How many were added between those kept. */
  leftOut = 0;
  readonly #options: KeptEndsOptions<Slot>;
  readonly #first: Slot[] = [];
  readonly #last: Slot[] = [];
  // The slot of the ring that is the oldest, once the ring has stopped to grow.
  #oldest = 0;
  #isFull = false;

  constructor(options: KeptEndsOptions<Slot>) {
    this.#options = options;
  }

  /** The slot for the next one: new, or one whose content is dropped. */
  add(): Slot {
    const { first, last, sure, allowance, create } = this.#options;
    const kept = this.#first.length + this.#last.length;
    // Once full, always full: a ring that grew later would not be in order.
    if (!this.#isFull && (kept < sure || (kept < first + last && allowance.take()))) {
      const slot = create();
      (kept < first && this.#last.length === 0 ? this.#first : this.#last).push(slot);
      return slot;
    }
    if (!this.#isFull) {
      this.#isFull = true;
      // The allowance ran out before the ring began: half of what there is becomes the ring.
      if (this.#last.length === 0) this.#last.push(...this.#first.splice(Math.ceil(this.#first.length / 2)));
    }
    this.leftOut++;
    const slot = this.#last[this.#oldest]!;
    this.#oldest = (this.#oldest + 1) % this.#last.length;
    return slot;
  }

  /** The one added last. */
  get newest(): Slot | undefined {
    if (this.#last.length === 0) return this.#first.at(-1);
    return this.#last[(this.#oldest + this.#last.length - 1) % this.#last.length];
  }

  /** All that are kept, in the order in which they were added. */
  list(): Slot[] {
    return [...this.#first, ...this.#last.slice(this.#oldest), ...this.#last.slice(0, this.#oldest)];
  }
}
