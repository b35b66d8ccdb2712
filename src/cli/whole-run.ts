// A run that was interrupted and goes on, as one: the summary of its rest becomes one of the whole, and is judged again
// by the samples of all parts. It keeps sums, histograms and blocks of time, no samples. It refuses to guess: a part that
// was killed before its summary leaves the ledger inexact and its longest silences out, since nobody else knew them.

import type { SampleRecord, SummaryRecord } from '../load/result.ts';
import type { Objective } from '../load/verdict/objective.ts';
import { VerdictCollector } from '../load/verdict/verdict.ts';
import { EarlierTotals } from './earlier-totals.ts';

/** What the run is judged by. */
export interface Judging {
  readonly objectives: readonly Objective[];
  readonly sampleMs: number;
}

export class WholeRun {
  readonly #totals = new EarlierTotals();
  readonly #verdict: VerdictCollector | undefined;

  constructor({ objectives, sampleMs }: Judging) {
    this.#verdict = objectives.length === 0 ? undefined : new VerdictCollector(objectives, sampleMs);
  }

  /** A sample that was in the file already. */
  addEarlier(sample: SampleRecord): void {
    this.#totals.add(sample);
    this.#verdict?.add(sample);
  }

  /** A summary that was in the file already: of all that came before it there. */
  endEarlier(summary: SummaryRecord): void {
    this.#totals.end(summary);
  }

  /** A sample of the rest, in the time of the whole. */
  add(sample: SampleRecord): void {
    this.#verdict?.add(sample);
  }

  /** Asked once, at the end. */
  conclude(rest: SummaryRecord): SummaryRecord {
    const whole = this.#totals.wholeSummary(rest);
    return this.#verdict === undefined ? whole : { ...whole, verdict: this.#verdict.conclude(whole) };
  }
}
