// Places what was owed and what was lost in blocks of time, by when it was due to be published. Each process does it
// for its streams, with the times that all of them know together; the blocks of all are then added up.

import type { LossBlocks } from '../result.ts';
import type { BlockRange } from './publish-times.ts';

/** What one process owed and lost in one block. */
export interface BlockCount {
  readonly block: number;
  expected: number;
  lost: number;
}

export class BlockCounts {
  readonly #rangesOf: (topic: number) => readonly BlockRange[];
  readonly #waivedBetween: (topic: number, from: number, to: number) => number;
  readonly #ranges = new Map<number, readonly BlockRange[]>();
  readonly #counts = new Map<number, BlockCount>();

  /** @param waivedBetween - how many of these numbers of the topic nobody is owed. */
  constructor(
    rangesOf: (topic: number) => readonly BlockRange[],
    waivedBetween: (topic: number, from: number, to: number) => number,
  ) {
    this.#rangesOf = rangesOf;
    this.#waivedBetween = waivedBetween;
  }

  /** Counts the numbers `from` to `to` of the topic without those that were waived, for `streams` streams. */
  add(kind: 'expected' | 'lost', topic: number, from: number, to: number, streams = 1): void {
    const ranges = this.#rangesOfTopic(topic);
    for (let i = firstEndingAt(ranges, from); i < ranges.length && ranges[i]!.from <= to; i++) {
      const range = ranges[i]!;
      const first = Math.max(range.from, from);
      const last = Math.min(range.to, to);
      const count = last - first + 1 - this.#waivedBetween(topic, first, last);
      // Where all was waived, nothing was owed: that is no block.
      if (count > 0) this.#countOf(range.block)[kind] += count * streams;
    }
  }

  counts(): BlockCount[] {
    return [...this.#counts.values()];
  }

  #rangesOfTopic(topic: number): readonly BlockRange[] {
    const known = this.#ranges.get(topic);
    if (known !== undefined) return known;
    const ranges = this.#rangesOf(topic);
    this.#ranges.set(topic, ranges);
    return ranges;
  }

  #countOf(block: number): BlockCount {
    const known = this.#counts.get(block);
    if (known !== undefined) return known;
    const count = { block, expected: 0, lost: 0 };
    this.#counts.set(block, count);
    return count;
  }
}

/** The blocks of all processes as a result has them; undefined when one of them could not place all its losses. */
export function sumLosses(
  processes: readonly (readonly BlockCount[] | undefined)[],
  blockUs: number,
  runStartUs: number,
): LossBlocks | undefined {
  const sums = new Map<number, BlockCount>();
  for (const counts of processes) {
    if (counts === undefined) return undefined;
    for (const { block, expected, lost } of counts) {
      const sum = sums.get(block) ?? { block, expected: 0, lost: 0 };
      sums.set(block, { block, expected: sum.expected + expected, lost: sum.lost + lost });
    }
  }
  const lossy = [...sums.values()].filter(({ lost }) => lost > 0).sort((a, b) => a.block - b.block);
  return {
    blockMs: blockUs / 1000,
    blocks: sums.size,
    lossy: lossy.map(({ block, expected, lost }) => ({
      // Blocks lie on the clock; the first may have begun before the run.
      atMs: Math.max((block * blockUs - runStartUs) / 1000, 0),
      expected,
      lost,
    })),
  };
}

/** The index of the first range that ends at or above `seq`. */
function firstEndingAt(ranges: readonly BlockRange[], seq: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]!.to < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
