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
}

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
  },
  {
    name: 'heapBytes',
    title: 'live heap',
    unit: 'MiB',
    unitSize: MiB,
    reduce: 'lowest',
    // Right after a collection only what is kept is left, so far less growth is meant.
    marginShare: 0.03,
    marginAtLeast: MiB,
    read: (sample) => sample.runtime?.heapUsedBytes,
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
  },
];
