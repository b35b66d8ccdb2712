// Decides what of the log is no longer kept, and removes it in small steps. What is dropped is gone for readers at
// once: `oldest` moves. Its blocks follow, a few with each commit, so that no append waits for many.

import type { RingLimits } from '../ring.ts';
import { Block } from './block.ts';
import { damaged } from './seal.ts';
import { remove, type Store, type Write } from './store.ts';

/** How much is removed at a time. Blocks with many topics count for more. */
export interface RetentionPace {
  readonly stepBlocks: number;
  readonly stepWrites: number;
  /** What may be dropped and not yet removed, so what one call looks at; the rest waits for the next. */
  readonly droppedBlocks: number;
}

/** While appends wait: a step is some 2 ms of a commit, or more where more than that is appended with each. */
const RUNNING_PACE: RetentionPace = { stepBlocks: 32, stepWrites: 1000, droppedBlocks: 2048 };
// Of what waits to be removed: a step is never less, so that what waits does not grow without end.
const STEP_SHARE = 1 / 8;

/** While nobody waits. */
export const START_PACE: RetentionPace = { stepBlocks: 4096, stepWrites: 50_000, droppedBlocks: 4096 };

const PAGE_BYTES = 4096;
// A value of half a page or more has pages of its own.
const INLINE_BYTES = 2000;
const NODE_BYTES = 24;

interface DroppedBlock {
  readonly first: number;
  readonly last: number;
  readonly topics: readonly string[];
  /** What its removal gives back, at least. */
  readonly bytes: number;
}

/** The oldest block that is kept, and what removing it gives back. */
interface Front extends DroppedBlock {
  readonly timeMs: number;
  /** Undefined when it is damaged. */
  readonly block: Block | undefined;
}

export interface RemovalStep {
  readonly writes: readonly Write[];
  /** The last position that is removed; 0 when none is. */
  readonly removedTo: number;
  readonly onDone: () => void;
}

export class Retention {
  readonly #store: Store;
  readonly #limits: RingLimits;
  readonly #pace: RetentionPace;
  readonly #dropped: DroppedBlock[] = [];
  #droppedBytes = 0;
  #droppedWrites = 0;
  readonly #onDamaged: (error: unknown) => void;
  #front: Front | undefined;
  #oldest: number;
  #usedBytes: number;

  /** `onDamaged` hears of each damaged block that has become the oldest. */
  constructor(
    store: Store,
    limits: RingLimits,
    head: number,
    onDamaged: (error: unknown) => void,
    pace = RUNNING_PACE,
  ) {
    this.#store = store;
    this.#limits = limits;
    this.#onDamaged = onDamaged;
    this.#pace = pace;
    const [first] = store.entries('blocks', 0);
    this.#oldest = first?.key ?? head + 1;
    this.#usedBytes = store.usedBytes;
  }

  /** The oldest position that is kept. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Whether there are blocks to remove. The newest stays on disk also when it is dropped: it tells the head. */
  hasSurplus(head: number, isBusy: (position: number) => boolean): boolean {
    return this.#dropped.length > 0 && mayRemove(this.#dropped[0]!, head, isBusy);
  }

  /** Drops what the limits no longer allow, as far as one call goes; true when it has come to the end. */
  drop(nowMs: number, head: number): boolean {
    this.#store.refresh();
    while (this.#oldest <= head) {
      if (this.#dropped.length >= this.#pace.droppedBlocks) return false;
      this.#front ??= this.#load(head);
      const { first, last, topics, bytes } = this.#front;
      if (!this.#mayDrop(this.#front, nowMs, head)) break;
      this.#dropped.push({ first, last, topics, bytes });
      this.#droppedBytes += bytes;
      this.#droppedWrites += 1 + topics.length;
      this.#oldest = last + 1;
      this.#front = undefined;
    }
    this.#dropWithinBlock(head);
    return true;
  }

  /**
   * The writes of the next step, and what to call when they are on disk. `isBusy` says of which blocks entries are on
   * their way into the index: those are left for later.
   */
  nextStep(head: number, isBusy: (position: number) => boolean): RemovalStep {
    const mostBlocks = Math.max(this.#pace.stepBlocks, this.#dropped.length * STEP_SHARE);
    const mostWrites = Math.max(this.#pace.stepWrites, this.#droppedWrites * STEP_SHARE);
    const writes: Write[] = [];
    let count = 0;
    for (const block of this.#dropped) {
      if (count >= mostBlocks || writes.length >= mostWrites || !mayRemove(block, head, isBusy)) break;
      writes.push(...blockRemoval(block.first, block.topics));
      count++;
    }
    const removedTo = count === 0 ? 0 : this.#dropped[count - 1]!.last;
    const onDone = () => {
      for (const { bytes, topics } of this.#dropped.splice(0, count)) {
        this.#droppedBytes -= bytes;
        this.#droppedWrites -= 1 + topics.length;
      }
    };
    return { writes, removedTo, onDone };
  }

  /** Looks at how much is stored, after a commit. */
  measure(): void {
    this.#store.refresh();
    this.#usedBytes = this.#store.usedBytes;
  }

  get #isOverBytes(): boolean {
    return this.#usedBytes - this.#droppedBytes > this.#limits.maxBytes;
  }

  #mayDrop({ last, timeMs }: Front, nowMs: number, head: number): boolean {
    if (timeMs < nowMs - this.#limits.maxAgeMs) return true;
    if (last <= head - this.#limits.maxEvents) return true;
    // The newest stays, however large it is.
    return this.#isOverBytes && last < head;
  }

  // A block is removed as a whole, but what readers get of it may begin in its middle.
  #dropWithinBlock(head: number): void {
    this.#oldest = Math.max(this.#oldest, head - this.#limits.maxEvents + 1);
    const block = this.#front?.block;
    if (block === undefined || block.last < head || !this.#isOverBytes) return;
    const frames = Array.from(block.recordsAfter(this.#oldest - 1), ([, { frame }]) => frame.byteLength);
    let bytes = frames.reduce((sum, size) => sum + size, 0);
    for (const size of frames.slice(0, -1)) {
      if (bytes <= this.#limits.maxBytes) return;
      bytes -= size;
      this.#oldest++;
    }
  }

  #load(head: number): Front {
    const [entry] = this.#store.entries('blocks', this.#store.lastKey('blocks', this.#oldest) ?? 0);
    if (entry === undefined) throw damaged(`there is no block for position ${this.#oldest}`);
    const { key, value } = entry;
    const { byteLength } = value;
    const own =
      byteLength < INLINE_BYTES ? byteLength + NODE_BYTES : Math.ceil(byteLength / PAGE_BYTES) * PAGE_BYTES;
    try {
      const block = new Block(key, value);
      const { last, timeMs, topics } = block;
      const names = topics.reduce((sum, topic) => sum + Buffer.byteLength(topic) + NODE_BYTES, 0);
      return { first: key, last, timeMs, topics, bytes: own + names, block };
    } catch (error) {
      this.#onDamaged(error);
      return this.#damagedFront(key, own, head);
    }
  }

  // It is dropped by count and bytes as every other, up to the next block; its age and its topics nobody knows.
  #damagedFront(first: number, bytes: number, head: number): Front {
    const [next] = this.#store.entries('blocks', first + 1);
    const last = next === undefined ? head : next.key - 1;
    return { first, last, timeMs: Number.POSITIVE_INFINITY, topics: [], bytes, block: undefined };
  }
}

function mayRemove(block: DroppedBlock, head: number, isBusy: (position: number) => boolean): boolean {
  return block.last < head && !isBusy(block.first);
}

/** The writes that remove a block and what the index has of it. */
export function blockRemoval(first: number, topics: readonly string[]): Write[] {
  return [remove('blocks', first), ...topics.map((topic) => remove('index', [topic, first]))];
}
