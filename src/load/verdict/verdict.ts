// Turns a run into pass, fail or not proven. Samples are taken one by one and only counts by block of time are kept,
// so that a run of days needs no more memory than one of minutes.

import type { Outcome, SampleRecord, SummaryRecord, TimeKind, Verdict, VerdictCheck } from '../result.ts';
import { LatencyHistogram } from '../statistics/histogram.ts';
import { TimeBlocks } from './blocks.ts';
import type { Objective, TimeObjective } from './objective.ts';
import { checkAvailability, checkDelivery } from './share-checks.ts';
import { checkTime } from './time-check.ts';

/** Collects a run's samples and judges it against its objectives. */
export class VerdictCollector {
  readonly #objectives: readonly Objective[];
  readonly #availability: TimeBlocks;
  readonly #times = new Map<TimeObjective, { blocks: TimeBlocks; unlimited: TimeBlocks }>();

  /** @param sampleMs the interval of the samples: 1,000 for load. */
  constructor(objectives: readonly Objective[], sampleMs: number) {
    this.#objectives = objectives;
    this.#availability = new TimeBlocks(sampleMs);
    for (const objective of objectives) {
      if (objective.kind === 'share') continue;
      this.#times.set(objective, { blocks: new TimeBlocks(sampleMs), unlimited: new TimeBlocks(sampleMs) });
    }
  }

  add(sample: SampleRecord): void {
    const { atMs, wantedStreamSeconds, freshStreamSeconds } = sample;
    const stale = Math.max(wantedStreamSeconds - freshStreamSeconds, 0);
    this.#availability.add(atMs, wantedStreamSeconds, stale);
    const histograms = new Map<string, LatencyHistogram>();
    for (const [{ measure, targetMs }, { blocks, unlimited }] of this.#times) {
      const text = sampleHistogram(sample, measure);
      if (text === undefined) continue;
      const histogram = histograms.get(text) ?? LatencyHistogram.decode(text);
      histograms.set(text, histogram);
      const above = histogram.countAbove(targetMs * 1000);
      blocks.add(atMs, histogram.count, above);
      if (!sample.generator.limited) unlimited.add(atMs, histogram.count, above);
    }
  }

  conclude(summary: SummaryRecord): Verdict {
    return verdictOf(this.#objectives.map((objective) => this.#check(objective, summary)));
  }

  #check(objective: Objective, summary: SummaryRecord): VerdictCheck {
    if (objective.kind === 'time') {
      const histogram = summaryHistogram(summary, objective.measure);
      return checkTime(objective, { histogram, ...this.#times.get(objective)! });
    }
    if (objective.measure === 'delivery') return checkDelivery(objective, summary.ledger);
    return checkAvailability(objective, this.#availability);
  }
}

/** One verdict of several checks: the worst of them. */
export function verdictOf(checks: readonly VerdictCheck[]): Verdict {
  const has = (outcome: Outcome) => checks.some((check) => check.outcome === outcome);
  return { outcome: has('fail') ? 'fail' : has('not proven') ? 'not proven' : 'pass', checks };
}

/** What a command ends with: a run that proves nothing is no success. */
export function exitCodeOf(outcome: Outcome): 0 | 1 {
  return outcome === 'pass' ? 0 : 1;
}

function sampleHistogram(sample: SampleRecord, measure: TimeKind): string | undefined {
  if (measure === 'latency') return sample.latencyHistogram;
  if (measure === 'heartbeatGap') return sample.heartbeatGapHistogram;
  return measure === 'reconnect' ? sample.reconnectHistogram : undefined;
}

function summaryHistogram(summary: SummaryRecord, measure: TimeKind): LatencyHistogram | undefined {
  const text = measure === 'latency' ? summary.latencyHistogram : summary.histograms?.[measure];
  return text === undefined ? undefined : LatencyHistogram.decode(text);
}
