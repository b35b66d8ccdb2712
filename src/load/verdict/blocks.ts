// Cuts a run into blocks of time, the unit of a verdict wherever one fault hits many streams at once: within ten
// seconds a fault has been noticed and streams have come back, so two blocks rarely share one.

import type { Cluster } from '../statistics/clustered-share.ts';

const BLOCK_MS = 10_000;
/** 3.8 days of 10 s; a longer run has longer blocks. */
export const MAX_BLOCKS = 32_768;

/** Trials and failures by block of time, in memory of one small object a block. */
export class TimeBlocks {
  #blockMs: number;
  #blocks = new Map<number, { trials: number; failures: number }>();

  /** @param sampleMs how often there is a sample: a block is never shorter than that. */
  constructor(sampleMs: number) {
    this.#blockMs = Math.max(BLOCK_MS, sampleMs);
  }

  /** Doubles with the length of the run where it must. */
  get blockMs(): number {
    return this.#blockMs;
  }

  /** @param atMs the end of the interval in which the trials were made. */
  add(atMs: number, trials: number, failures: number): void {
    if (!(trials > 0)) return;
    // A sample at exactly 10 s is about the time before.
    this.#addTo(Math.floor((Math.max(atMs, 1) - 1) / this.#blockMs), trials, failures);
    while (this.#blocks.size > MAX_BLOCKS) this.#lengthen();
  }

  get clusters(): readonly Cluster[] {
    return [...this.#blocks.values()];
  }

  #addTo(index: number, trials: number, failures: number): void {
    const block = this.#blocks.get(index);
    if (block === undefined) this.#blocks.set(index, { trials, failures });
    else {
      block.trials += trials;
      block.failures += failures;
    }
  }

  #lengthen(): void {
    const before = this.#blocks;
    this.#blockMs *= 2;
    this.#blocks = new Map();
    for (const [index, { trials, failures }] of before) this.#addTo(index >> 1, trials, failures);
  }
}
