// Adds up the samples of the earlier part of a run, and makes of the summary of its rest one of the whole. It keeps sums
// and histograms, no samples.

import type { EndKind, SampleRecord, SummaryRecord } from '../load/result.ts';
import { LatencyHistogram } from '../load/statistics/histogram.ts';

const counts = {
  connectsTotal: 'connects',
  reconnectsTotal: 'reconnects',
  publishedTotal: 'published',
  publishErrorsTotal: 'publishErrors',
  deliveredTotal: 'delivered',
  receivedBytesTotal: 'receivedBytes',
  heartbeatsTotal: 'heartbeats',
  wantedStreamSeconds: 'wantedStreamSeconds',
  freshStreamSeconds: 'freshStreamSeconds',
} as const;
type Total = keyof typeof counts;
const totals = Object.keys(counts) as Total[];

export class EarlierTotals {
  readonly #sums: Record<Total, number> = {
    ...{ connectsTotal: 0, reconnectsTotal: 0, publishedTotal: 0, publishErrorsTotal: 0, deliveredTotal: 0 },
    ...{ receivedBytesTotal: 0, heartbeatsTotal: 0, wantedStreamSeconds: 0, freshStreamSeconds: 0 },
  };
  readonly #latency = new LatencyHistogram();
  readonly #reconnect = new LatencyHistogram();
  readonly #ends: Partial<Record<EndKind, number>> = {};
  #streamsPeak = 0;
  #limitedIntervals = 0;
  #doneMs = 0;

  add(sample: SampleRecord): void {
    for (const total of totals) this.#sums[total] += sample[counts[total]];
    addHistogram(this.#latency, sample.latencyHistogram);
    addHistogram(this.#reconnect, sample.reconnectHistogram);
    addEnds(this.#ends, sample.ends);
    this.#streamsPeak = Math.max(this.#streamsPeak, sample.streamsUp);
    if (sample.generator.limited) this.#limitedIntervals++;
    this.#doneMs = sample.atMs;
  }

  /** Asked once, at the end. `lost` becomes a lower bound, since nobody knows the earlier ones. */
  wholeSummary(rest: SummaryRecord): SummaryRecord {
    addHistogram(this.#latency, rest.latencyHistogram);
    addHistogram(this.#reconnect, rest.histograms?.reconnect);
    addEnds(this.#ends, rest.ends);
    const latency = unlessEmpty(this.#latency);
    const reconnect = unlessEmpty(this.#reconnect);
    const sums = Object.fromEntries(totals.map((total) => [total, rest[total] + this.#sums[total]]));
    return {
      ...rest,
      ...(sums as Record<Total, number>),
      durationMs: rest.durationMs + this.#doneMs,
      streamsPeak: Math.max(this.#streamsPeak, rest.streamsPeak),
      ends: this.#ends,
      latency: latency?.figures(),
      latencyHistogram: latency?.encode(),
      reconnect: reconnect?.figures(),
      histograms: { ...rest.histograms, ...(reconnect && { reconnect: reconnect.encode() }) },
      ledger: rest.ledger && { ...rest.ledger, exact: false },
      limitedIntervals: rest.limitedIntervals + this.#limitedIntervals,
    };
  }
}

function addHistogram(into: LatencyHistogram, encoded: string | undefined): void {
  if (encoded !== undefined) into.add(LatencyHistogram.decode(encoded));
}

function addEnds(into: Partial<Record<EndKind, number>>, ends: SummaryRecord['ends']): void {
  for (const [kind, count] of Object.entries(ends) as [EndKind, number][])
    into[kind] = (into[kind] ?? 0) + count;
}

function unlessEmpty(histogram: LatencyHistogram): LatencyHistogram | undefined {
  return histogram.count === 0 ? undefined : histogram;
}
