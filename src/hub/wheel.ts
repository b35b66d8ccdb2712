// One timer for all streams: a ring of slots, each a tick wide, holding what is due then. Due items are
// handled in slices. It never fires early, and late by at most a tick and what the event loop is behind.

import type { SlicedTask, Slicer } from './slicer.ts';

const SLOT_COUNT = 128;
const ITEMS_A_STEP = 32;

export interface WheelItem {
  /** When it is due, on the clock of `performance.now()`. */
  dueMs: number;
  /** The slot that it waits in; the wheel's own. */
  wheelSlot: Set<WheelItem> | undefined;
  /** Does what is due, and returns when it is due again, or undefined when it is not. */
  onDue(nowMs: number): number | undefined;
}

export class Wheel implements SlicedTask {
  readonly #tickMs: number;
  readonly #slicer: Slicer;
  readonly #slots = Array.from({ length: SLOT_COUNT }, () => new Set<WheelItem>());
  readonly #due = new Set<WheelItem>();
  #tick = 0;
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(tickMs: number, slicer: Slicer) {
    this.#tickMs = tickMs;
    this.#slicer = slicer;
  }

  /** How many items wait. The timer runs only while there are some. */
  get size(): number {
    return this.#size;
  }

  schedule(item: WheelItem, dueMs: number): void {
    this.cancel(item);
    if (this.#size++ === 0) this.#start();
    item.dueMs = dueMs;
    // A due time beyond the ring waits in the farthest slot and is put on from there.
    const ticks = Math.min(Math.ceil(dueMs / this.#tickMs) - this.#tick, SLOT_COUNT - 1);
    item.wheelSlot = this.#slots[(this.#tick + Math.max(ticks, 1)) % SLOT_COUNT]!;
    item.wheelSlot.add(item);
  }

  cancel(item: WheelItem): void {
    if (item.wheelSlot === undefined) return;
    item.wheelSlot.delete(item);
    item.wheelSlot = undefined;
    if (--this.#size === 0) this.#stop();
  }

  step(): boolean {
    const nowMs = performance.now();
    let count = 0;
    for (const item of this.#due) {
      if (++count > ITEMS_A_STEP) return true;
      this.cancel(item);
      const dueMs = item.dueMs > nowMs ? item.dueMs : item.onDue(nowMs);
      if (dueMs !== undefined) this.schedule(item, dueMs);
    }
    return false;
  }

  #start(): void {
    this.#tick = Math.floor(performance.now() / this.#tickMs);
    this.#arm();
  }

  // Set anew for the end of each tick: an interval keeps the offset that it began with and adds every delay to
  // it, and an item would be late by up to two ticks.
  #arm(): void {
    const waitMs = (this.#tick + 1) * this.#tickMs - performance.now();
    this.#timer = setTimeout(() => this.#turn(), Math.max(waitMs, 1)).unref();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  // Moves what is due by now over to `#due`; after a blocked loop that can be several slots, at most all.
  #turn(): void {
    const nowTick = Math.floor(performance.now() / this.#tickMs);
    const first = Math.max(this.#tick + 1, nowTick - SLOT_COUNT + 1);
    for (let tick = first; tick <= nowTick; tick++) {
      const slot = this.#slots[tick % SLOT_COUNT]!;
      for (const item of slot) {
        item.wheelSlot = this.#due;
        this.#due.add(item);
      }
      slot.clear();
    }
    this.#tick = Math.max(nowTick, this.#tick);
    this.#arm();
    if (this.#due.size > 0) this.#slicer.wake(this);
  }
}
