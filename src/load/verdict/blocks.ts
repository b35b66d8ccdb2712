// Cuts a run into blocks of time, the unit of a verdict wherever one fault hits many streams at once: within ten
// seconds a fault has been noticed and streams have come back, so two blocks rarely share one.

import type { Cluster } from '../statistics/clustered-share.ts';

const BLOCK_MS = 10_000;

/** Trials and failures by block of time, in memory of one small object a block. */
export class TimeBlocks {
  readonly blockMs: number;
  readonly #blocks = new Map<number, { trials: number; failures: number }>();

  /** @param sampleMs how often there is a sample: a block is never shorter than that. */
  constructor(sampleMs: number) {
    this.blockMs = Math.max(BLOCK_MS, sampleMs);
  }

  /** @param atMs the end of the interval in which the trials were made. */
  add(atMs: number, trials: number, failures: number): void {
    if (!(trials > 0)) return;
    // A sample at exactly 10 s is about the time before.
    const index = Math.floor((Math.max(atMs, 1) - 1) / this.blockMs);
    const block = this.#blocks.get(index);
    if (block === undefined) this.#blocks.set(index, { trials, failures });
    else {
      block.trials += trials;
      block.failures += failures;
    }
  }

  get clusters(): readonly Cluster[] {
    return [...this.#blocks.values()];
  }
}
