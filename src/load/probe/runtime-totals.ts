// What the runtime of a server told over a whole run.

import type { RuntimeFigures } from '../result.ts';

export class RuntimeTotals {
  #figures: RuntimeFigures | undefined;

  /** The figures of one interval; nothing where the server told nothing. */
  add(next: RuntimeFigures | undefined): void {
    if (next === undefined) return;
    const before = this.#figures ?? {};
    this.#figures = {
      heapUsedBytes: merge(Math.max, before.heapUsedBytes, next.heapUsedBytes),
      gcUs: merge(add, before.gcUs, next.gcUs),
      loopDelayP99Us: merge(Math.max, before.loopDelayP99Us, next.loopDelayP99Us),
      fullCollections: merge(add, before.fullCollections, next.fullCollections),
      keptHeapBytes: merge(Math.max, before.keptHeapBytes, next.keptHeapBytes),
    };
  }

  /** The highest heap and delay, the sums of the rest; undefined when nothing was ever told. */
  get figures(): RuntimeFigures | undefined {
    return this.#figures;
  }
}

const add = (a: number, b: number) => a + b;

function merge(join: (a: number, b: number) => number, a: number | undefined, b: number | undefined) {
  return a === undefined ? b : b === undefined ? a : join(a, b);
}
