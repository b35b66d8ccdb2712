// The part of a soak that is in its file already, for `soak --resume`: what was measured, and what of it goes into the
// summary of the whole. What each stream was owed is gone with the processes that knew it.

import { existsSync, readFileSync } from 'node:fs';
import { HoldfastError } from '../base/errors.ts';
import { redactText } from '../base/redact.ts';
import type { EndReason, ResultRecord, RunRecord, SampleRecord, SummaryRecord } from '../load/result.ts';
import { LatencyHistogram } from '../load/statistics/histogram.ts';
import { usageError } from './usage-failure.ts';

export interface EarlierRun {
  readonly run: RunRecord;
  readonly samples: readonly SampleRecord[];
  /** When the last sample was taken: the whole run goes on from there. */
  readonly doneMs: number;
}

/**
 * Reads the last run of the file.
 *
 * @throws HoldfastError ERR_NO_RESULT when there is none, ERR_FILE when it cannot be read, ERR_USAGE when it is of
 * another URL or has run for `durationMs` already.
 */
export function readEarlierRun(path: string, url: string, durationMs: number): EarlierRun {
  const records = readRecords(path);
  const from = records.findLastIndex((record) => record.kind === 'run');
  const run = records[from];
  if (run?.kind !== 'run') {
    throw new HoldfastError('ERR_NO_RESULT', `${path} holds no run to go on with`, 'Start without --resume');
  }
  // The file has it without secrets, or with them when an earlier version wrote it.
  if (redactText(run.url) !== redactText(url)) {
    throw usageError(
      `${path} is a run of ${redactText(run.url)}`,
      'Give the same URL, or start without --resume',
    );
  }
  const samples = records.slice(from).filter((record) => record.kind === 'sample');
  const doneMs = samples.at(-1)?.atMs ?? 0;
  if (doneMs >= durationMs) {
    throw usageError(`The run in ${path} is over`, 'Give a longer --duration, or start without --resume');
  }
  return { run, samples, doneMs };
}

function readRecords(path: string): ResultRecord[] {
  if (!existsSync(path)) return [];
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new HoldfastError('ERR_FILE', `${path} cannot be read: ${why}`, 'Check the name', { cause });
  }
  // Without its line end the last line may have been cut off; it is taken out of the file too.
  return text.split('\n').slice(0, -1).flatMap(readRecord);
}

function readRecord(line: string): ResultRecord[] {
  try {
    const record = JSON.parse(line) as ResultRecord | null;
    return record !== null && typeof record === 'object' ? [record] : [];
  } catch {
    // `holdfast report` tells of it; what else the file holds is good.
    return [];
  }
}

/** The summary of the rest of a run as one of the whole; `lost` is a lower bound, since nobody knows the earlier ones. */
export function wholeSummary(rest: SummaryRecord, { samples, doneMs }: EarlierRun): SummaryRecord {
  const sum = (of: (sample: SampleRecord) => number) =>
    samples.reduce((total, sample) => total + of(sample), 0);
  const latency = merged([...samples.map((sample) => sample.latencyHistogram), rest.latencyHistogram]);
  const reconnect = merged([
    ...samples.map((sample) => sample.reconnectHistogram),
    rest.histograms?.reconnect,
  ]);
  const ends: Partial<Record<EndReason, number>> = {};
  for (const part of [...samples, rest]) {
    for (const [kind, count] of Object.entries(part.ends) as [EndReason, number][])
      ends[kind] = (ends[kind] ?? 0) + count;
  }
  return {
    ...rest,
    durationMs: rest.durationMs + doneMs,
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
    reconnect: reconnect?.figures(),
    histograms: { ...rest.histograms, ...(reconnect && { reconnect: reconnect.encode() }) },
    ledger: rest.ledger && { ...rest.ledger, exact: false },
    wantedStreamSeconds: rest.wantedStreamSeconds + sum((sample) => sample.wantedStreamSeconds),
    freshStreamSeconds: rest.freshStreamSeconds + sum((sample) => sample.freshStreamSeconds),
    limitedIntervals: rest.limitedIntervals + samples.filter(({ generator }) => generator.limited).length,
  };
}

function merged(encoded: readonly (string | undefined)[]): LatencyHistogram | undefined {
  const all = new LatencyHistogram();
  for (const text of encoded) if (text !== undefined) all.add(LatencyHistogram.decode(text));
  return all.count === 0 ? undefined : all;
}
