// A list of which the first and the last are kept: how something began and how it ended explain it, not what came
// between. The last are a ring of slots that are used again, so a long list makes no garbage.

import type { Allowance } from './allowance.ts';

export interface KeptEndsBounds {
  readonly first: number;
  readonly last: number;
  /** How many may be kept whatever the allowance says. */
  readonly sure: number;
}

export class KeptEnds<Slot> {
  /** How many were added between those kept. */
  leftOut = 0;
  readonly #bounds: KeptEndsBounds;
  readonly #allowance: Allowance;
  readonly #first: Slot[] = [];
  #last: Slot[] | undefined = undefined;
  // The slot of the ring that is the oldest, once the ring has stopped to grow.
  #oldest = 0;
  #isFull = false;

  /** @param allowance - shared by all lists of a capture. */
  constructor(bounds: KeptEndsBounds, allowance: Allowance) {
    this.#bounds = bounds;
    this.#allowance = allowance;
  }

  /** Whether one more can be kept without dropping another. Asked once for each that is added. */
  canGrow(): boolean {
    if (this.#isFull) return false;
    const { first, last, sure } = this.#bounds;
    const kept = this.#first.length + (this.#last?.length ?? 0);
    if (kept < sure || (kept < first + last && this.#allowance.take())) return true;
    // Once full, always full: a ring that grew later would not be in order.
    this.#isFull = true;
    // The allowance ran out before the ring began: half of what there is becomes the ring.
    this.#last ??= this.#first.splice(Math.ceil(this.#first.length / 2));
    return false;
  }

  /** Adds one to a list that can grow. */
  grow(slot: Slot): void {
    if (this.#first.length < this.#bounds.first) this.#first.push(slot);
    else {
      this.#last ??= [];
      this.#last.push(slot);
    }
  }

  /** Adds one to a list that cannot grow: the oldest of the last goes, and is given back to be used again. */
  replace(slot: Slot): Slot {
    const last = this.#last!;
    const dropped = last[this.#oldest]!;
    last[this.#oldest] = slot;
    this.#oldest = (this.#oldest + 1) % last.length;
    this.leftOut++;
    return dropped;
  }

  /** The same with the oldest itself: its content goes, and the slot is the newest. */
  rotate(): Slot {
    return this.replace(this.#last![this.#oldest]!);
  }

  /** All that are kept, in the order in which they were added. */
  list(): Slot[] {
    const last = this.#last ?? [];
    return [...this.#first, ...last.slice(this.#oldest), ...last.slice(0, this.#oldest)];
  }
}
