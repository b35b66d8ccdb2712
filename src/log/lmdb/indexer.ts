// Tells the index which blocks have records of a topic; not with the commit of a block but later, for many blocks at
// once and sorted by topic. The entries of a topic then meet on the same pages: with 1,000 topics an entry with each block
// changed as many pages as there were events, and an append took four times the CPU. Up to where the index is complete
// stands in the store; what is beyond is short, and read block by block.

import { put, sealedText, type Write } from './store.ts';

export interface UnindexedBlock {
  readonly first: number;
  readonly last: number;
  readonly topics: readonly string[];
  readonly bytes: number;
}

// What readers may have to go through block by block: a few milliseconds.
const MAX_UNINDEXED_BYTES = 1024 * 1024;
const MAX_UNINDEXED_BLOCKS = 1024;
// Of the bytes of the log.
const UNINDEXED_SHARE = 1 / 16;
// How many entries go with a commit, some 2 ms of it; or this share of what waits, so that it never grows without end.
const STEP_ENTRIES = 1000;
const STEP_SHARE = 1 / 8;

/** Entries that are on their way into the index, a step a commit. */
interface Flush {
  readonly entries: readonly Write[];
  readonly to: number;
  written: number;
}

export class Indexer {
  readonly #maxBytes: number;
  #indexedTo: number;
  #waiting: UnindexedBlock[] = [];
  #waitingBytes = 0;
  #waitingEntries = 0;
  #flush: Flush | undefined;
  #isStopped = false;

  constructor(indexedTo: number, maxLogBytes: number) {
    this.#indexedTo = indexedTo;
    this.#maxBytes = Math.min(MAX_UNINDEXED_BYTES, maxLogBytes * UNINDEXED_SHARE);
  }

  /** Writes no more: of a block that cannot be read nobody knows the topics, and an index with a hole would lose events. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Takes a block that is on disk. */
  add(block: UnindexedBlock): void {
    if (this.#isStopped) return;
    this.#waiting.push(block);
    this.#waitingBytes += block.bytes;
    this.#waitingEntries += block.topics.length;
  }

  /** Whether entries for the block of a position are on their way: it must not be removed before they are there. */
  readonly isBusyWith = (position: number): boolean =>
    this.#flush !== undefined && position > this.#indexedTo && position <= this.#flush.to;

  /** Leaves out the blocks up to a position: they were removed. */
  forget(position: number): void {
    const kept = this.#waiting.findIndex(({ last }) => last > position);
    for (const { bytes, topics } of this.#waiting.splice(0, kept === -1 ? this.#waiting.length : kept)) {
      this.#waitingBytes -= bytes;
      this.#waitingEntries -= topics.length;
    }
  }

  /** Whether there is something to write, also when nothing is appended. */
  get isDue(): boolean {
    if (this.#flush !== undefined) return true;
    if (this.#isStopped) return false;
    return this.#waitingBytes >= this.#maxBytes || this.#waiting.length >= MAX_UNINDEXED_BLOCKS;
  }

  /** The writes of the next step, and what to call when they are on disk. */
  nextStep(): { readonly writes: readonly Write[]; readonly onDone: () => void } {
    if (!this.isDue) return { writes: [], onDone: () => {} };
    this.#flush ??= this.#begin();
    const flush = this.#flush;
    const left = flush.entries.length - flush.written;
    const step = Math.max(STEP_ENTRIES, Math.ceil((left + this.#waitingEntries) * STEP_SHARE));
    const entries = flush.entries.slice(flush.written, flush.written + step);
    const isLast = entries.length === left;
    return {
      writes: isLast ? [...entries, indexedToWrite(flush.to)] : entries,
      onDone: () => {
        flush.written += entries.length;
        if (!isLast) return;
        this.#indexedTo = flush.to;
        this.#flush = undefined;
      },
    };
  }

  #begin(): Flush {
    const blocks = this.#waiting;
    const pairs = blocks.flatMap(({ first, topics }) => topics.map((topic) => ({ topic, first })));
    pairs.sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.first - b.first));
    const entries = pairs.map(({ topic, first }) => put('index', [topic, first]));
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#waitingEntries = 0;
    return { entries, to: blocks.at(-1)!.last, written: 0 };
  }
}

/** The write that says up to which position the index is complete. */
export function indexedToWrite(position: number): Write {
  return put('meta', 'indexed', sealedText(String(position)));
}
