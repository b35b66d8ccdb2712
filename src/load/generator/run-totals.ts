// Adds up what the processes of a run report: one sample record an interval, and the summary at the end. Histograms
// are merged, never averaged. The file is long because a figure of the summary stands beside that of the sample which it
// sums up, and the two must agree.

import type { TcpState } from '../../base/tcp-table.ts';
import type { LedgerTotals } from '../ledger/ledger.ts';
import type {
  EndReason,
  LedgerFigures,
  SampleRecord,
  ServerFigures,
  SummaryRecord,
  TimeKind,
} from '../result.ts';
import { LatencyHistogram } from '../statistics/histogram.ts';
import type { GeneratorSample, PublishCounts } from './messages.ts';
import type { OwnCostFigures } from './own-cost.ts';

/** A delay of the tool's own event loops, or of a send, above this marks the interval: its latencies are upper bounds. */
export const LIMITED_ABOVE_US = 20_000;

const TIMES = ['latency', 'connect', 'head', 'firstEvent', 'reconnect', 'heartbeatGap'] as const;

const OPENING = ['connect', 'head', 'firstEvent'] as const;

export class RunTotals {
  readonly #streamsWanted: number;
  readonly #histograms: Record<TimeKind, LatencyHistogram>;
  readonly #ends: Partial<Record<EndReason, number>> = {};
  readonly #endExamples: Partial<Record<EndReason, string>> = {};
  readonly #sums = {
    connects: 0,
    reconnects: 0,
    reconnectsWithoutId: 0,
    delivered: 0,
    receivedBytes: 0,
    heartbeats: 0,
    wantedStreamSeconds: 0,
    freshStreamSeconds: 0,
  };
  #oversized = 0;
  #streamsPeak = 0;
  #limitedIntervals = 0;
  #published = 0;
  #publishErrors = 0;
  #heldIntervals = 0;
  #counts: PublishCounts | undefined;
  #generatorCpuUs = 0;
  #serverCpuUs = 0;
  #generatorPeakBytes = 0;
  #generatorBaseBytes = 0;
  #serverBase: ServerFigures | undefined;
  #serverPeak: ServerFigures | undefined;
  readonly #socketPeaks: Partial<Record<TcpState, number>> = {};
  #loopDelayP99Us = 0;
  /** What had been spent and delivered when the ramp was over; undefined during it. */
  #atSteady: { atMs: number; generatorCpuUs: number; serverCpuUs: number; delivered: number } | undefined;

  constructor(streamsWanted: number) {
    this.#streamsWanted = streamsWanted;
    this.#histograms = {
      latency: new LatencyHistogram(),
      connect: new LatencyHistogram(),
      head: new LatencyHistogram(),
      firstEvent: new LatencyHistogram(),
      reconnect: new LatencyHistogram(),
      silence: new LatencyHistogram(),
      heartbeatGap: new LatencyHistogram(),
    };
  }

  /** What tool and server took before there was a stream: what is beyond is the streams'. */
  setBaseline(generatorBytes: number, server: ServerFigures | undefined): void {
    this.#generatorBaseBytes = generatorBytes;
    this.#serverBase = server;
  }

  /** The ramp is over, and its last sample was taken: CPU an event is measured from here, without opening streams. */
  beginSteady(atMs: number): void {
    const { delivered } = this.#sums;
    const [generatorCpuUs, serverCpuUs] = [this.#generatorCpuUs, this.#serverCpuUs];
    this.#atSteady = { atMs, generatorCpuUs, serverCpuUs, delivered };
  }

  /** The first end of each kind in words. */
  get endExamples(): Readonly<Partial<Record<EndReason, string>>> {
    return this.#endExamples;
  }

  /** Events that were too large for the tool: the server sent them, and the ledger has them as lost. */
  get oversized(): number {
    return this.#oversized;
  }

  /** Intervals in which the server kept publishes from being sent when they were due. */
  get heldIntervals(): number {
    return this.#heldIntervals;
  }

  /** One interval of all processes as a record. */
  add(
    atMs: number,
    samples: readonly GeneratorSample[],
    counts: PublishCounts | undefined,
    own: OwnCostFigures,
    server: ServerFigures | undefined,
  ): SampleRecord {
    const latency = new LatencyHistogram();
    const reconnect = new LatencyHistogram();
    const heartbeatGap = new LatencyHistogram();
    const opening = {
      connect: new LatencyHistogram(),
      head: new LatencyHistogram(),
      firstEvent: new LatencyHistogram(),
    };
    for (const sample of samples) {
      if (sample.latency !== undefined) latency.add(LatencyHistogram.decode(sample.latency));
      if (sample.reconnect !== undefined) reconnect.add(LatencyHistogram.decode(sample.reconnect));
      if (sample.heartbeatGap !== undefined) heartbeatGap.add(LatencyHistogram.decode(sample.heartbeatGap));
      for (const name of OPENING) {
        const text = sample[name];
        if (text !== undefined) opening[name].add(LatencyHistogram.decode(text));
      }
      for (const name of TIMES) {
        const text = sample[name];
        if (text !== undefined) this.#histograms[name].add(LatencyHistogram.decode(text));
      }
    }
    const sum = (of: (sample: GeneratorSample) => number) =>
      samples.reduce((total, sample) => total + of(sample), 0);
    const ends: Partial<Record<EndReason, number>> = {};
    for (const sample of samples) {
      addCounts(ends, sample.ends);
      Object.assign(this.#endExamples, { ...sample.endExamples, ...this.#endExamples });
      this.#oversized += sample.oversized;
    }
    addCounts(this.#ends, ends);
    const sums = {
      connects: sum((sample) => sample.connects),
      reconnects: sum((sample) => sample.reconnects),
      reconnectsWithoutId: sum((sample) => sample.reconnectsWithoutId),
      delivered: sum((sample) => sample.delivered),
      receivedBytes: sum((sample) => sample.receivedBytes),
      heartbeats: sum((sample) => sample.heartbeats),
      wantedStreamSeconds: sum((sample) => sample.wantedStreamSeconds),
      freshStreamSeconds: sum((sample) => sample.freshStreamSeconds),
    };
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) this.#sums[name] += sums[name];
    const costs = [own, ...samples, ...(counts === undefined ? [] : [{ ...counts, privateBytes: 0 }])];
    const loopDelayP99Us = Math.max(...costs.map((cost) => cost.loopDelayP99Us));
    // By the longest delay: of a stall of half a second in one of five, a percentile says nothing.
    const limited =
      Math.max(counts?.latestSendUs ?? 0, ...costs.map((cost) => cost.loopDelayMaxUs)) > LIMITED_ABOVE_US;
    const generator = {
      cpuUs: costs.reduce((total, cost) => total + cost.cpuUs, 0),
      privateBytes: sum((sample) => sample.privateBytes) + own.privateBytes,
      loopDelayP99Us,
      limited,
    };
    const published = (counts?.published ?? 0) - this.#published;
    const publishErrors = (counts?.errors ?? 0) - this.#publishErrors;
    this.#published += published;
    this.#publishErrors += publishErrors;
    const streamsUp = sum((sample) => sample.streamsUp);
    this.#streamsPeak = Math.max(this.#streamsPeak, streamsUp);
    if (limited) this.#limitedIntervals++;
    // Nothing is held against the server that our own stall explains.
    const limitedByServer = counts !== undefined && counts.heldUs - counts.loopDelayMaxUs > LIMITED_ABOVE_US;
    if (limitedByServer) this.#heldIntervals++;
    this.#counts = counts;
    this.#loopDelayP99Us = Math.max(this.#loopDelayP99Us, loopDelayP99Us);
    this.#generatorCpuUs += generator.cpuUs;
    this.#generatorPeakBytes = Math.max(this.#generatorPeakBytes, generator.privateBytes);
    this.#noteServer(server);
    return {
      kind: 'sample',
      atMs,
      streamsUp,
      streamsWanted: this.#streamsWanted,
      published,
      publishErrors,
      ends,
      ...sums,
      latency: latency.figures(),
      latencyHistogram: encode(latency),
      reconnectHistogram: encode(reconnect),
      heartbeatGap: heartbeatGap.figures(),
      heartbeatGapHistogram: encode(heartbeatGap),
      // With these a run that was cut off and goes on can be judged as a whole.
      histograms: encodeAll(opening),
      missing: sum((sample) => sample.missing),
      repeatedTotal: sum((sample) => sample.repeatedTotal),
      outOfOrderTotal: sum((sample) => sample.outOfOrderTotal),
      generator,
      server,
      ...(limitedByServer ? { limitedByServer } : {}),
    };
  }

  /** What is known only when the streams have ended. */
  addLast({ silence, pendingReconnects }: { silence: string; pendingReconnects: string }): void {
    this.#histograms.silence.add(LatencyHistogram.decode(silence));
    this.#histograms.reconnect.add(LatencyHistogram.decode(pendingReconnects));
  }

  /** What the whole run came to, without a verdict. */
  summary(durationMs: number, interrupted: boolean, ledger: LedgerFigures | undefined): SummaryRecord {
    const { connect, head, firstEvent, latency, reconnect, silence, heartbeatGap } = this.#histograms;
    const { connects, reconnects, reconnectsWithoutId, delivered, receivedBytes, heartbeats, ...seconds } =
      this.#sums;
    const steady = this.#atSteady;
    const steadyDelivered = delivered - (steady?.delivered ?? delivered);
    const perEvent = (us: number) => (steadyDelivered === 0 ? undefined : us / steadyDelivered);
    const perStream = (bytes: number) => (this.#streamsPeak === 0 ? undefined : bytes / this.#streamsPeak);
    const server = this.#serverPeak && {
      ...this.#serverPeak,
      // The sample of the highest memory may be one in which they were not counted.
      socketStates: undefined,
      socketPeaks: Object.keys(this.#socketPeaks).length === 0 ? undefined : this.#socketPeaks,
      cpuUs: this.#serverCpuUs,
      cpuUsPerEvent: perEvent(this.#serverCpuUs - (steady?.serverCpuUs ?? 0)),
      privateBytesPerStream: perStream(this.#serverPeak.privateBytes - (this.#serverBase?.privateBytes ?? 0)),
    };
    return {
      kind: 'summary',
      durationMs,
      steadyFromMs: steady?.atMs,
      interrupted,
      streamsPeak: this.#streamsPeak,
      connectsTotal: connects,
      reconnectsTotal: reconnects,
      reconnectsWithoutIdTotal: reconnectsWithoutId,
      publishedTotal: this.#published,
      publishErrorsTotal: this.#publishErrors,
      ...(this.#counts && {
        publishUnknownTotal: this.#counts.unknown,
        publishErrorsByReason: this.#counts.errorsByReason,
        limitedByServerIntervals: this.#heldIntervals,
      }),
      deliveredTotal: delivered,
      receivedBytesTotal: receivedBytes,
      heartbeatsTotal: heartbeats,
      ends: this.#ends,
      connect: connect.figures(),
      head: head.figures(),
      firstEvent: firstEvent.figures(),
      latency: latency.figures(),
      latencyHistogram: encode(latency),
      reconnect: reconnect.figures(),
      silence: silence.figures(),
      heartbeatGap: heartbeatGap.figures(),
      histograms: {
        connect: encode(connect),
        head: encode(head),
        firstEvent: encode(firstEvent),
        reconnect: encode(reconnect),
        silence: encode(silence),
        heartbeatGap: encode(heartbeatGap),
      } as Partial<Record<TimeKind, string>>,
      ledger,
      ...seconds,
      limitedIntervals: this.#limitedIntervals,
      server,
      generator: {
        cpuUs: this.#generatorCpuUs,
        privateBytes: this.#generatorPeakBytes,
        loopDelayP99Us: this.#loopDelayP99Us,
        limited: this.#limitedIntervals > 0,
        cpuUsPerEvent: perEvent(this.#generatorCpuUs - (steady?.generatorCpuUs ?? 0)),
        privateBytesPerStream: perStream(this.#generatorPeakBytes - this.#generatorBaseBytes),
      },
      verdict: undefined,
    };
  }

  #noteServer(server: ServerFigures | undefined): void {
    if (server === undefined) return;
    this.#serverCpuUs += server.cpuUs;
    for (const [state, count] of Object.entries(server.socketStates ?? {}) as [TcpState, number][])
      this.#socketPeaks[state] = Math.max(this.#socketPeaks[state] ?? 0, count);
    if (this.#serverPeak === undefined || server.privateBytes >= this.#serverPeak.privateBytes)
      this.#serverPeak = server;
  }
}

/** The ledgers of all processes as one; `unknown` events, whose fate the tool does not know, make it inexact. */
export function sumLedgers(ledgers: readonly LedgerTotals[], unknown: number): LedgerFigures {
  const sum = (of: (totals: LedgerTotals) => number) =>
    ledgers.reduce((total, totals) => total + of(totals), 0);
  return {
    expected: sum((totals) => totals.expected),
    delivered: sum((totals) => totals.delivered),
    lost: sum((totals) => totals.lost),
    repeated: sum((totals) => totals.repeated),
    outOfOrder: sum((totals) => totals.outOfOrder),
    late: sum((totals) => totals.late),
    exact: ledgers.every((totals) => totals.exact) && unknown === 0,
    resumedReconnects: sum((totals) => totals.resumedReconnects),
    lossyReconnects: sum((totals) => totals.lossyReconnects),
  };
}

function addCounts(
  into: Partial<Record<EndReason, number>>,
  counts: Readonly<Partial<Record<EndReason, number>>>,
): void {
  for (const [kind, count] of Object.entries(counts) as [EndReason, number][])
    into[kind] = (into[kind] ?? 0) + count;
}

function encode(histogram: LatencyHistogram): string | undefined {
  return histogram.count === 0 ? undefined : histogram.encode();
}

/** Those with a value; undefined when none has. */
function encodeAll(
  histograms: Partial<Record<TimeKind, LatencyHistogram>>,
): Partial<Record<TimeKind, string>> | undefined {
  const known = Object.entries(histograms).filter(([, histogram]) => histogram.count > 0);
  if (known.length === 0) return undefined;
  return Object.fromEntries(known.map(([name, histogram]) => [name, histogram.encode()]));
}
