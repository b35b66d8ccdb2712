// Puts the parts of a run that was interrupted together: the summary of the rest becomes one of the whole, and is judged
// again by the samples of all parts. It refuses to guess: a part that was cut off before its summary leaves the ledger
// inexact and its longest silences out, since nobody else knew them.

import type {
  EndReason,
  LedgerFigures,
  LossBlocks,
  SampleRecord,
  SummaryRecord,
  TimeKind,
} from '../load/result.ts';
import { LatencyHistogram } from '../load/statistics/histogram.ts';
import type { Objective } from '../load/verdict/objective.ts';
import { VerdictCollector } from '../load/verdict/verdict.ts';
import type { EarlierRun } from './earlier-run.ts';

/** What the run is judged by. */
export interface Judging {
  readonly objectives: readonly Objective[];
  readonly sampleMs: number;
}

/** @param samples - of all parts. */
export function wholeSummary(
  rest: SummaryRecord,
  earlier: EarlierRun,
  samples: readonly SampleRecord[],
  { objectives, sampleMs }: Judging,
): SummaryRecord {
  const whole = joined(rest, earlier);
  if (objectives.length === 0) return whole;
  const collector = new VerdictCollector(objectives, sampleMs);
  for (const sample of samples) collector.add(sample);
  return { ...whole, verdict: collector.conclude(whole) };
}

function joined(rest: SummaryRecord, earlier: EarlierRun): SummaryRecord {
  const { samples, doneMs, summary } = earlier;
  const sum = (of: (sample: SampleRecord) => number) =>
    samples.reduce((total, sample) => total + of(sample), 0);
  const times = (kind: TimeKind) => {
    const ofSamples = samples.map((sample) => sampleHistogram(sample, kind));
    // Silences are known only at an end.
    return merged([
      ...ofSamples,
      ...(kind === 'silence' ? [histogramOf(summary, kind)] : []),
      histogramOf(rest, kind),
    ]);
  };
  const latency = times('latency');
  const [connect, head, firstEvent] = [times('connect'), times('head'), times('firstEvent')];
  const [reconnect, silence, heartbeatGap] = [times('reconnect'), times('silence'), times('heartbeatGap')];
  const ends: Partial<Record<EndReason, number>> = {};
  for (const part of [...samples, rest]) {
    for (const [reason, count] of Object.entries(part.ends) as [EndReason, number][])
      ends[reason] = (ends[reason] ?? 0) + count;
  }
  const named = { connect, head, firstEvent, reconnect, silence, heartbeatGap };
  return {
    ...rest,
    durationMs: rest.durationMs + doneMs,
    steadyFromMs: rest.steadyFromMs === undefined ? undefined : rest.steadyFromMs + doneMs,
    streamsPeak: samples.reduce((peak, { streamsUp }) => Math.max(peak, streamsUp), rest.streamsPeak),
    connectsTotal: rest.connectsTotal + sum((sample) => sample.connects),
    reconnectsTotal: rest.reconnectsTotal + sum((sample) => sample.reconnects),
    publishedTotal: rest.publishedTotal + sum((sample) => sample.published),
    publishErrorsTotal: rest.publishErrorsTotal + sum((sample) => sample.publishErrors),
    deliveredTotal: rest.deliveredTotal + sum((sample) => sample.delivered),
    receivedBytesTotal: rest.receivedBytesTotal + sum((sample) => sample.receivedBytes),
    heartbeatsTotal: rest.heartbeatsTotal + sum((sample) => sample.heartbeats),
    ends,
    latency: latency?.figures(),
    latencyHistogram: latency?.encode(),
    connect: connect?.figures(),
    head: head?.figures(),
    firstEvent: firstEvent?.figures(),
    reconnect: reconnect?.figures(),
    silence: silence?.figures(),
    heartbeatGap: heartbeatGap?.figures(),
    histograms: Object.fromEntries(
      Object.entries(named).flatMap(([kind, histogram]) => (histogram ? [[kind, histogram.encode()]] : [])),
    ),
    ledger: rest.ledger && joinedLedger(rest.ledger, earlier),
    wantedStreamSeconds: rest.wantedStreamSeconds + sum((sample) => sample.wantedStreamSeconds),
    freshStreamSeconds: rest.freshStreamSeconds + sum((sample) => sample.freshStreamSeconds),
    limitedIntervals: rest.limitedIntervals + samples.filter(({ generator }) => generator.limited).length,
  };
}

/** Each part had streams, topics and numbers of its own, so their ledgers add up. */
function joinedLedger(rest: LedgerFigures, { summary, doneMs }: EarlierRun): LedgerFigures {
  const before = summary?.ledger;
  if (before === undefined) return { ...rest, exact: false };
  return {
    expected: before.expected + rest.expected,
    delivered: before.delivered + rest.delivered,
    lost: before.lost + rest.lost,
    repeated: before.repeated + rest.repeated,
    outOfOrder: before.outOfOrder + rest.outOfOrder,
    late: before.late + rest.late,
    exact: before.exact && rest.exact,
    resumedReconnects: before.resumedReconnects + rest.resumedReconnects,
    lossyReconnects: before.lossyReconnects + rest.lossyReconnects,
    losses: joinedLosses(before, rest, doneMs),
  };
}

/** A part without a loss has no blocks; a part that could not place its losses leaves all of them without a place. */
function joinedLosses(before: LedgerFigures, rest: LedgerFigures, doneMs: number): LossBlocks | undefined {
  const blockMs = (before.losses ?? rest.losses)?.blockMs;
  if (blockMs === undefined) return undefined;
  for (const { lost, losses } of [before, rest])
    if (losses === undefined ? lost > 0 : losses.blockMs !== blockMs) return undefined;
  const moved = rest.losses?.lossy.map((block) => ({ ...block, atMs: block.atMs + doneMs }));
  const known = before.losses ?? rest.losses!;
  const share = (before.losses ? before : rest).expected / known.blocks;
  // As many blocks as its deliveries would fill.
  const blocksOf = ({ losses, expected }: LedgerFigures) => losses?.blocks ?? Math.round(expected / share);
  return {
    blockMs,
    blocks: blocksOf(before) + blocksOf(rest),
    lossy: [...(before.losses?.lossy ?? []), ...(moved ?? [])],
  };
}

function sampleHistogram(sample: SampleRecord, kind: TimeKind): string | undefined {
  if (kind === 'latency') return sample.latencyHistogram;
  if (kind === 'reconnect') return sample.reconnectHistogram;
  return kind === 'heartbeatGap' ? sample.heartbeatGapHistogram : sample.histograms?.[kind];
}

function histogramOf(summary: SummaryRecord | undefined, kind: TimeKind): string | undefined {
  return kind === 'latency' ? summary?.latencyHistogram : summary?.histograms?.[kind];
}

function merged(encoded: readonly (string | undefined)[]): LatencyHistogram | undefined {
  const all = new LatencyHistogram();
  for (const text of encoded) if (text !== undefined) all.add(LatencyHistogram.decode(text));
  return all.count === 0 ? undefined : all;
}
