// Adds up the samples of the earlier part of a run, and makes of the summary of its rest one of the whole. It keeps sums
// and histograms, no samples.

import type { TcpState } from '../base/tcp-table.ts';
import { RuntimeTotals } from '../load/probe/runtime-totals.ts';
import type { EndReason, SampleRecord, ServerFigures, SummaryRecord, TimeKind } from '../load/result.ts';
import { LatencyHistogram } from '../load/statistics/histogram.ts';
import { joinedLedger } from './joined-ledger.ts';

const counts = {
  connectsTotal: 'connects',
  reconnectsTotal: 'reconnects',
  reconnectsWithoutIdTotal: 'reconnectsWithoutId',
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

/** Those of which samples carry a histogram. Silences are known only at an end. */
const sampledTimes = ['latency', 'connect', 'head', 'firstEvent', 'reconnect', 'heartbeatGap'] as const;
const times = [...sampledTimes, 'silence'] as const;

/** The reason of errors whose own nobody knows any more. */
const KILLED = 'in a part that was killed';

export class EarlierTotals {
  readonly #sums: Record<Total, number> = {
    ...{ connectsTotal: 0, reconnectsTotal: 0, reconnectsWithoutIdTotal: 0, publishedTotal: 0 },
    ...{ publishErrorsTotal: 0, deliveredTotal: 0 },
    ...{ receivedBytesTotal: 0, heartbeatsTotal: 0, wantedStreamSeconds: 0, freshStreamSeconds: 0 },
  };
  readonly #times = new Map<TimeKind, LatencyHistogram>(times.map((kind) => [kind, new LatencyHistogram()]));
  readonly #ends: Counts<EndReason> = {};
  readonly #socketPeaks: Counts<TcpState> = {};
  readonly #runtime = new RuntimeTotals(Math.max);
  #serverPeak: ServerFigures | undefined;
  #serverCpuUs = 0;
  #generatorCpuUs = 0;
  #streamsPeak = 0;
  #limitedIntervals = 0;
  #heldIntervals = 0;
  #doneMs = 0;
  /** Of all samples so far. */
  #summary: SummaryRecord | undefined;

  add(sample: SampleRecord): void {
    const { generator, server } = sample;
    for (const total of totals) this.#sums[total] += sample[counts[total]] ?? 0;
    for (const kind of sampledTimes) this.#addTimes(kind, sampleHistogram(sample, kind));
    addCounts(this.#ends, sample.ends);
    this.#runtime.add(sample.runtime);
    if (server !== undefined) {
      this.#serverCpuUs += server.cpuUs;
      raisePeaks(this.#socketPeaks, server.socketStates);
      if (server.privateBytes >= (this.#serverPeak?.privateBytes ?? 0)) this.#serverPeak = server;
    }
    this.#generatorCpuUs += generator.cpuUs;
    this.#streamsPeak = Math.max(this.#streamsPeak, sample.streamsUp);
    if (generator.limited) this.#limitedIntervals++;
    if (sample.limitedByServer) this.#heldIntervals++;
    this.#doneMs = sample.atMs;
    this.#summary = undefined;
  }

  /** The samples so far ended well (Ctrl-C), with this. */
  end(summary: SummaryRecord): void {
    this.#summary = summary;
  }

  /** Asked once, at the end. */
  wholeSummary(rest: SummaryRecord): SummaryRecord {
    const summary = this.#summary;
    this.#addTimes('silence', summary?.histograms?.silence);
    for (const kind of times)
      this.#addTimes(kind, kind === 'latency' ? rest.latencyHistogram : rest.histograms?.[kind]);
    addCounts(this.#ends, rest.ends);
    this.#runtime.add(rest.runtime);
    const sums = Object.fromEntries(totals.map((total) => [total, (rest[total] ?? 0) + this.#sums[total]]));
    return {
      ...rest,
      ...(sums as Record<Total, number>),
      ...this.#wholeTimes(),
      ...this.#publishErrors(rest),
      durationMs: rest.durationMs + this.#doneMs,
      steadyFromMs: rest.steadyFromMs === undefined ? undefined : rest.steadyFromMs + this.#doneMs,
      streamsPeak: Math.max(this.#streamsPeak, rest.streamsPeak),
      ends: this.#ends,
      ledger: rest.ledger && joinedLedger(rest.ledger, summary?.ledger, this.#doneMs),
      limitedIntervals: rest.limitedIntervals + this.#limitedIntervals,
      server: this.#server(rest.server),
      runtime: this.#runtime.figures,
      generator: { ...rest.generator, cpuUs: rest.generator.cpuUs + this.#generatorCpuUs },
    };
  }

  #addTimes(kind: TimeKind, encoded: string | undefined): void {
    if (encoded !== undefined) this.#times.get(kind)!.add(LatencyHistogram.decode(encoded));
  }

  #wholeTimes(): Pick<SummaryRecord, TimeKind | 'latencyHistogram' | 'histograms'> {
    const known = [...this.#times].filter(([, { count }]) => count > 0);
    const { latency: latencyHistogram, ...histograms } = Object.fromEntries(
      known.map(([kind, histogram]) => [kind, histogram.encode()]),
    ) as Partial<Record<TimeKind, string>>;
    const figures = (kind: TimeKind) => this.#times.get(kind)!.figures();
    return {
      latency: figures('latency'),
      connect: figures('connect'),
      head: figures('head'),
      firstEvent: figures('firstEvent'),
      reconnect: figures('reconnect'),
      silence: figures('silence'),
      heartbeatGap: figures('heartbeatGap'),
      latencyHistogram,
      histograms,
    };
  }

  /** Samples say how many there were, only a summary says what they were. */
  #publishErrors(
    rest: SummaryRecord,
  ): Pick<SummaryRecord, 'publishUnknownTotal' | 'publishErrorsByReason' | 'limitedByServerIntervals'> {
    if (rest.publishErrorsByReason === undefined) return {};
    const before = this.#summary;
    const errors = this.#sums.publishErrorsTotal;
    const byReason = before?.publishErrorsByReason ?? (errors > 0 ? { [KILLED]: errors } : {});
    const unknown = errors > 0 ? before?.publishUnknownTotal : 0;
    const publishErrorsByReason = { ...byReason };
    addCounts(publishErrorsByReason, rest.publishErrorsByReason);
    return {
      publishUnknownTotal: plus(rest.publishUnknownTotal, unknown),
      publishErrorsByReason,
      limitedByServerIntervals: plus(rest.limitedByServerIntervals, this.#heldIntervals),
    };
  }

  /** CPU and memory by event and stream stay those of the rest, as `steadyFromMs` says. */
  #server(rest: SummaryRecord['server']): SummaryRecord['server'] {
    if (rest === undefined) return undefined;
    const peak = this.#serverPeak;
    raisePeaks(this.#socketPeaks, rest.socketPeaks);
    return {
      ...rest,
      ...(peak !== undefined && peak.privateBytes > rest.privateBytes ? peak : {}),
      socketStates: undefined,
      socketPeaks: Object.keys(this.#socketPeaks).length === 0 ? undefined : this.#socketPeaks,
      cpuUs: rest.cpuUs + this.#serverCpuUs,
    };
  }
}

function sampleHistogram(sample: SampleRecord, kind: (typeof sampledTimes)[number]): string | undefined {
  if (kind === 'latency') return sample.latencyHistogram;
  if (kind === 'reconnect') return sample.reconnectHistogram;
  return kind === 'heartbeatGap' ? sample.heartbeatGapHistogram : sample.histograms?.[kind];
}

type Counts<Name extends string> = Partial<Record<Name, number>>;

function addCounts<Name extends string>(into: Counts<Name>, more: Readonly<Counts<Name>> | undefined): void {
  for (const [name, count] of Object.entries(more ?? {}) as [Name, number][])
    into[name] = (into[name] ?? 0) + count;
}

function raisePeaks<Name extends string>(into: Counts<Name>, more: Readonly<Counts<Name>> | undefined): void {
  for (const [name, count] of Object.entries(more ?? {}) as [Name, number][])
    into[name] = Math.max(into[name] ?? 0, count);
}

/** What is not known of one part is not known of both. */
const plus = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : a + b;
