// The samples of one run for the plots, in bounded memory. A run with more samples than the bound has them
// merged in twos, again and again: counts are added, and of everything else the worse value is kept, so that
// a plot never hides a spike. `intervalsPerPoint` says so to the reader.

import { HeatColumns } from './heat-map.ts';
import type { LatencyCounts } from './latency-counts.ts';
import type { SampleRecord } from './record.ts';

export const MAX_POINTS = 20_000;

type Known = number | undefined;

export interface SamplePoint {
  /** The end of the interval, and its length. */
  atMs: number;
  lengthMs: number;
  streamsUp: Known;
  streamsWanted: Known;
  delivered: Known;
  published: Known;
  reconnects: Known;
  ends: Known;
  p50Us: Known;
  p90Us: Known;
  p99Us: Known;
  maxUs: Known;
  serverCpuUs: Known;
  privateBytes: Known;
  kernelBytes: Known;
  fileBytes: Known;
  openFiles: Known;
  heapBytes: Known;
  gcUs: Known;
  serverLoopDelayUs: Known;
  generatorCpuUs: Known;
  generatorBytes: Known;
  limited: boolean;
}

type NumberField = { [F in keyof SamplePoint]: SamplePoint[F] extends Known ? F : never }[keyof SamplePoint];

const added = [
  'lengthMs',
  'delivered',
  'published',
  'reconnects',
  'ends',
  'serverCpuUs',
  'gcUs',
  'generatorCpuUs',
] as const;
const highest = [
  ...[
    'atMs',
    'streamsWanted',
    'p50Us',
    'p90Us',
    'p99Us',
    'maxUs',
    'privateBytes',
    'kernelBytes',
    'fileBytes',
  ],
  ...['openFiles', 'heapBytes', 'serverLoopDelayUs', 'generatorBytes'],
] as readonly NumberField[];

export class SampleSeries {
  readonly points: SamplePoint[] = [];
  readonly heat = new HeatColumns();
  intervalsPerPoint = 1;
  count = 0;
  #lastMs = 0;

  /** False for a sample that is not after the one before it, which is left out. */
  add(sample: SampleRecord, latency: LatencyCounts | undefined): boolean {
    if (sample.atMs <= this.#lastMs) return false;
    const point = pointOf(sample, sample.atMs - this.#lastMs);
    this.heat.add(this.#lastMs, sample.atMs, latency);
    this.#lastMs = sample.atMs;
    const last = this.points.at(-1);
    if (last !== undefined && this.count % this.intervalsPerPoint !== 0) mergeInto(last, point);
    else this.points.push(point);
    this.count++;
    if (this.points.length > MAX_POINTS) this.#halve();
    return true;
  }

  #halve(): void {
    for (const [i, point] of this.points.entries()) {
      if (i % 2 === 1) mergeInto(this.points[i - 1]!, point);
      else this.points[i / 2] = point;
    }
    this.points.length = Math.ceil(this.points.length / 2);
    this.intervalsPerPoint *= 2;
  }
}

function pointOf(sample: SampleRecord, lengthMs: number): SamplePoint {
  const { generator, server, runtime } = sample;
  // An interval without events has no latency, whatever its figures say.
  const figures = sample.latency?.count === 0 ? undefined : sample.latency;
  return {
    atMs: sample.atMs,
    lengthMs,
    streamsUp: sample.streamsUp,
    streamsWanted: sample.streamsWanted,
    delivered: sample.delivered,
    published: sample.published,
    reconnects: sample.reconnects,
    ends: sample.ends.reduce((sum, [, count]) => sum + count, 0),
    p50Us: figures?.p50Us,
    p90Us: figures?.p90Us,
    p99Us: figures?.p99Us,
    maxUs: figures?.maxUs,
    serverCpuUs: server?.cpuUs,
    privateBytes: server?.privateBytes,
    kernelBytes: server?.kernelSocketBytes,
    fileBytes: server?.fileBytes,
    openFiles: server?.openFiles,
    heapBytes: runtime?.heapUsedBytes,
    gcUs: runtime?.gcUs,
    serverLoopDelayUs: runtime?.loopDelayP99Us,
    generatorCpuUs: generator?.cpuUs,
    generatorBytes: generator?.privateBytes,
    limited: generator?.limited === true,
  };
}

function mergeInto(point: SamplePoint, next: SamplePoint): void {
  for (const name of added)
    (point as Record<NumberField, Known>)[name] = merge((a, b) => a + b, point[name], next[name]);
  for (const name of highest)
    (point as Record<NumberField, Known>)[name] = merge(Math.max, point[name], next[name]);
  point.streamsUp = merge(Math.min, point.streamsUp, next.streamsUp);
  point.limited ||= next.limited;
}

function merge(join: (a: number, b: number) => number, a: Known, b: Known): Known {
  return a === undefined ? b : b === undefined ? a : join(a, b);
}
