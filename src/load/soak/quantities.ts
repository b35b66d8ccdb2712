// What a soak looks at, and how much growth of each matters. A slope can be certain and yet nothing: a healthy
// server's heap grows for minutes before the collector finds it worth its while. `margin` is the growth over the
// time looked at, relative to the level, below which a server is not accused, whatever the statistics say.

import type { SampleRecord, TrendQuantity } from '../result.ts';

export interface Quantity {
  readonly name: TrendQuantity;
  /** In words, for a verdict. */
  readonly title: string;
  readonly unit: string;
  /** How many of the record's units are one of `unit`. */
  readonly unitSize: number;
  /** Of each window of samples: its lowest value where garbage lies on top of what is kept, else its middle. */
  readonly reduce: 'lowest' | 'middle';
  readonly marginShare: number;
  /** In the record's units: noise that no share of a small level covers. */
  readonly marginAtLeast: number;
  readonly read: (sample: SampleRecord) => number | undefined;
  /** What a run has to prove about it to pass. Of the others only growth counts: the whole machine has part in them. */
  readonly proves: 'memory' | 'files' | undefined;
  /** What one point is, in words. */
  readonly points: string;
  /** Points behind the warm-up without which nothing is said. */
  readonly least: number;
  /** How many standard deviations Kendall's S has to be from 0 before there is growth at all. */
  readonly certainZ: number;
}

/**
 * Eight rising points by chance are 1 in 40,320. Six quantities, twenty runs: with 95 % a healthy server would be
 * accused in six of them, with 99.9 % in none.
 */
const ofSamples = { points: 'samples', least: 8, certainZ: 3.09 } as const;

const MiB = 1024 * 1024;

export const quantities: readonly Quantity[] = [
  {
    name: 'privateBytes',
    title: 'private memory',
    unit: 'MiB',
    unitSize: MiB,
    reduce: 'lowest',
    // Measured: plain node:http servers with 500 streams that kept nothing (after a forced collection both had
    // 28 MiB) still grew by 11 and 13 MiB between their 3rd and 10th minute, since V8 puts off full collections
    // while memory is plenty. A leak has to stand out from that; a slow one shows in the live heap, or in time.
    marginShare: 0.1,
    marginAtLeast: 20 * MiB,
    read: (sample) => sample.server?.privateBytes,
    proves: 'memory',
    ...ofSamples,
  },
  {
    name: 'keptHeapBytes',
    title: 'heap after full collections',
    unit: 'MiB',
    unitSize: MiB,
    reduce: 'lowest',
    // Measured on a node:http server with 500 streams and 100 reconnects/s that kept nothing: 12 full collections in
    // ten minutes left 7.6 to 8.5 MiB, in any order. Chance has no part in it beyond that, so few points will do.
    marginShare: 0.05,
    marginAtLeast: 1.5 * MiB,
    read: (sample) => sample.runtime?.keptHeapBytes,
    proves: 'memory',
    points: 'samples with a full garbage collection',
    least: 4,
    certainZ: 1.64,
  },
  {
    name: 'heapBytes',
    title: 'heap',
    unit: 'MiB',
    unitSize: MiB,
    reduce: 'lowest',
    // Its garbage is that of the private memory. Where full collections are told of, only they are looked at.
    marginShare: 0.1,
    marginAtLeast: 20 * MiB,
    read: ({ runtime }) => (runtime?.fullCollections === undefined ? runtime?.heapUsedBytes : undefined),
    proves: 'memory',
    ...ofSamples,
  },
  {
    name: 'kernelSocketBytes',
    title: 'kernel socket memory',
    unit: 'MiB',
    unitSize: MiB,
    reduce: 'lowest',
    marginShare: 0.25,
    marginAtLeast: 4 * MiB,
    read: (sample) => sample.server?.kernelSocketBytes,
    proves: undefined,
    ...ofSamples,
  },
  {
    name: 'openFiles',
    title: 'open files',
    unit: 'files',
    unitSize: 1,
    reduce: 'lowest',
    marginShare: 0.03,
    marginAtLeast: 10,
    read: (sample) => sample.server?.openFiles,
    proves: 'files',
    ...ofSamples,
  },
  {
    name: 'latencyP99Us',
    title: 'latency p99',
    unit: 'ms',
    unitSize: 1000,
    // A stall is no trend: the middle does not see it.
    reduce: 'middle',
    marginShare: 0.5,
    marginAtLeast: 5000,
    read: (sample) => (sample.generator.limited ? undefined : sample.latency?.p99Us),
    proves: undefined,
    ...ofSamples,
  },
];
