// What a generator counts within one interval, and hands out as a sample.

import type { EndKind, EndReason } from '../result.ts';
import { LatencyHistogram } from '../statistics/histogram.ts';

const HISTOGRAMS = ['latency', 'connect', 'head', 'firstEvent', 'reconnect', 'heartbeatGap'] as const;
type HistogramName = (typeof HISTOGRAMS)[number];

export class Tallies {
  connects = 0;
  reconnects = 0;
  reconnectsWithoutId = 0;
  delivered = 0;
  receivedBytes = 0;
  heartbeats = 0;
  oversized = 0;
  readonly #ends: Partial<Record<EndReason, number>> = {};
  readonly #endExamples: Partial<Record<EndReason, string>> = {};
  readonly #histograms = Object.fromEntries(
    HISTOGRAMS.map((name) => [name, new LatencyHistogram()]),
  ) as Record<HistogramName, LatencyHistogram>;

  record(name: HistogramName, us: number): void {
    this.#histograms[name].record(us);
  }

  /** @param status - of a refusal, when it had one. */
  countEnd(kind: EndKind, detail: string, status?: number): void {
    const reason: EndReason =
      kind === 'refused' && status !== undefined && status !== 200 ? `status ${status}` : kind;
    this.#ends[reason] = (this.#ends[reason] ?? 0) + 1;
    this.#endExamples[reason] ??= detail;
  }

  /** Everything since the last call. */
  take() {
    const { connects, reconnects, reconnectsWithoutId, delivered, receivedBytes, heartbeats, oversized } =
      this;
    const ends = { ...this.#ends };
    const endExamples = { ...this.#endExamples };
    this.connects = 0;
    this.reconnects = 0;
    this.reconnectsWithoutId = 0;
    this.delivered = 0;
    this.receivedBytes = 0;
    this.heartbeats = 0;
    this.oversized = 0;
    for (const reason of Object.keys(ends) as EndReason[]) {
      delete this.#ends[reason];
      delete this.#endExamples[reason];
    }
    return {
      connects,
      reconnects,
      reconnectsWithoutId,
      delivered,
      receivedBytes,
      heartbeats,
      oversized,
      ends,
      endExamples,
      latency: this.#encode('latency'),
      connect: this.#encode('connect'),
      head: this.#encode('head'),
      firstEvent: this.#encode('firstEvent'),
      reconnect: this.#encode('reconnect'),
      heartbeatGap: this.#encode('heartbeatGap'),
    };
  }

  #encode(name: HistogramName): string | undefined {
    const histogram = this.#histograms[name];
    if (histogram.count === 0) return undefined;
    const text = histogram.encode();
    histogram.reset();
    return text;
  }
}
