// Joins what the runtime of a server told in several intervals into figures of the time of all of them.

import type { RuntimeFigures } from '../result.ts';

type Join = (a: number, b: number) => number;

export class RuntimeTotals {
  readonly #heap: Join;
  #figures: RuntimeFigures | undefined;

  /** @param heap which heap stands for all: `Math.max` for what was needed, `Math.min` for what lies under garbage. */
  constructor(heap: Join) {
    this.#heap = heap;
  }

  /** The figures of one interval; nothing where the server told nothing. */
  add(next: RuntimeFigures | undefined): void {
    if (next === undefined) return;
    const before = this.#figures ?? {};
    this.#figures = {
      heapUsedBytes: merge(this.#heap, before.heapUsedBytes, next.heapUsedBytes),
      gcUs: merge(sum, before.gcUs, next.gcUs),
      loopDelayP99Us: merge(Math.max, before.loopDelayP99Us, next.loopDelayP99Us),
      fullCollections: merge(sum, before.fullCollections, next.fullCollections),
      keptHeapBytes: merge(this.#heap, before.keptHeapBytes, next.keptHeapBytes),
    };
  }

  /** The longest delay, the sums of collections; undefined when nothing was told. */
  get figures(): RuntimeFigures | undefined {
    return this.#figures;
  }
}

const sum: Join = (a, b) => a + b;

function merge(join: Join, a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : join(a, b);
}
