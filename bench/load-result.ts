// Reads the result file of a load and makes figures of it. The figures are pure.

import { readFileSync } from 'node:fs';
import type { ResultRecord, SampleRecord, SummaryRecord } from '../src/load/result.ts';
import type { Figures } from './figures.ts';

export interface LoadResult {
  readonly file: string;
  readonly samples: readonly SampleRecord[];
  readonly summary: SummaryRecord;
}

/** The records so far; the last line may still be being written. */
export function readRecords(file: string): ResultRecord[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as ResultRecord);
}

/** @throws Error when the load came to no summary. */
export function readLoadResult(file: string): LoadResult {
  const records = readRecords(file);
  const summary = records.find((record) => record.kind === 'summary');
  if (summary === undefined) throw new Error(`${file} has no summary`);
  return { file, samples: records.filter((record) => record.kind === 'sample'), summary };
}

/** What delivering cost and how late it was. The first full interval is left out: streams were still connecting. */
export function deliveryFigures({ samples, summary }: Omit<LoadResult, 'file'>): Figures {
  const full = fullSamples(samples, summary.streamsPeak).slice(1);
  const busy = full.filter(({ delivered }) => delivered > 0);
  const published = inner(full.filter((sample) => sample.published > 0));
  const { ledger, latency } = summary;
  const delivered = total(busy, (sample) => sample.delivered);
  const seconds = total(published, (sample) => sample.seconds);
  return present({
    deliveriesPerSecond: ratio(
      total(published, (sample) => sample.delivered),
      seconds,
    ),
    eventsPerSecond: ratio(
      total(published, (sample) => sample.published),
      seconds,
    ),
    cpuUsPerEvent: busy.every(({ server }) => server !== undefined)
      ? ratio(
          total(busy, ({ server }) => server!.cpuUs),
          delivered,
        )
      : undefined,
    p50Us: latency?.p50Us,
    p99Us: latency?.p99Us,
    lost: ledger?.lost,
    repeated: ledger?.repeated,
    outOfOrder: ledger?.outOfOrder,
    toolCores: ratio(total(published, ({ generator }) => generator.cpuUs) / 1e6, seconds),
  });
}

/** What a stream that only waits costs, beyond what the server took before it had any. */
export function idleFigures(
  { samples, summary }: Omit<LoadResult, 'file'>,
  before: { readonly privateBytes: number; readonly kernelSocketBytes: number | undefined },
): Figures {
  const { streamsPeak } = summary;
  const { privateBytes, kernelSocketBytes } = fullSamples(samples, streamsPeak).at(-1)?.server ?? {};
  const growth = (now: number | undefined, then: number | undefined) =>
    now === undefined || then === undefined ? undefined : Math.max(0, now - then) / streamsPeak;
  return present({
    privateBytesPerStream: growth(privateBytes, before.privateBytes),
    kernelBytesPerStream: growth(kernelSocketBytes, before.kernelSocketBytes),
    basePrivateBytes: before.privateBytes,
  });
}

/** Without the first and the last, in which publishing began and ended, as long as anything is left. */
function inner(samples: readonly TimedSample[]): readonly TimedSample[] {
  return samples.length > 2 ? samples.slice(1, -1) : samples;
}

type TimedSample = SampleRecord & { readonly seconds: number };

/** The samples in which all streams were up, with the length of each. */
function fullSamples(samples: readonly SampleRecord[], streams: number): TimedSample[] {
  const timed = samples.map((sample, i) => ({
    ...sample,
    seconds: (sample.atMs - (samples[i - 1]?.atMs ?? 0)) / 1000,
  }));
  return timed.filter(({ streamsUp }) => streamsUp === streams);
}

function total(samples: readonly TimedSample[], of: (sample: TimedSample) => number): number {
  return samples.reduce((sum, sample) => sum + of(sample), 0);
}

const ratio = (amount: number, of: number) => (of === 0 ? undefined : amount / of);

/** Without those that are not known. */
export function present<Name extends keyof Figures>(
  figures: Readonly<Partial<Record<Name, number | undefined>>>,
): Figures {
  const known = Object.entries(figures).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as Figures;
}
