// Runs as what the page plots: columns of numbers with four digits, since a plot shows no more.

import type { PlotData, PlotRun, SeriesName, Values } from './page/plot-data.ts';
import type { ReportDocument } from './report-document.ts';
import type { RunResult } from './run-result.ts';
import type { SamplePoint } from './sample-series.ts';

type Known = number | undefined;

const MIB = 1024 * 1024;
/** Below this share of the busiest interval, CPU an event is that of everything but the events. */
const QUIET_SHARE = 0.05;
const perSecond = (count: Known, { lengthMs }: SamplePoint) =>
  count === undefined ? undefined : (count * 1000) / lengthMs;
const scaled = (value: Known, unit: number) => (value === undefined ? undefined : value / unit);
const cores = (cpuUs: Known, { lengthMs }: SamplePoint) => scaled(cpuUs, lengthMs * 1000);

const seriesOf: Readonly<Record<SeriesName, (point: SamplePoint) => Known>> = {
  streamsUp: (point) => point.streamsUp,
  streamsWanted: (point) => point.streamsWanted,
  delivered: (point) => perSecond(point.delivered, point),
  published: (point) => perSecond(point.published, point),
  reconnects: (point) => perSecond(point.reconnects, point),
  ends: (point) => perSecond(point.ends, point),
  p50: (point) => scaled(point.p50Us, 1000),
  p90: (point) => scaled(point.p90Us, 1000),
  p99: (point) => scaled(point.p99Us, 1000),
  max: (point) => scaled(point.maxUs, 1000),
  serverCores: (point) => cores(point.serverCpuUs, point),
  serverUsPerEvent: ({ serverCpuUs, delivered }) => (delivered ? scaled(serverCpuUs, delivered) : undefined),
  privateMiB: (point) => scaled(point.privateBytes, MIB),
  kernelMiB: (point) => scaled(point.kernelBytes, MIB),
  fileMiB: (point) => scaled(point.fileBytes, MIB),
  openFiles: (point) => point.openFiles,
  heapMiB: (point) => scaled(point.heapBytes, MIB),
  gcCores: (point) => cores(point.gcUs, point),
  serverLoopDelay: (point) => scaled(point.serverLoopDelayUs, 1000),
  generatorCores: (point) => cores(point.generatorCpuUs, point),
  generatorMiB: (point) => scaled(point.generatorBytes, MIB),
};

export function plotData({ results, sections, peers }: ReportDocument): PlotData {
  const runs = peers.flatMap(({ rounds }, peer) => rounds.map((run, round) => ({ run, peer, round })));
  const ordered = runs.toSorted((a, b) => a.run - b.run);
  return {
    runs: ordered.map(({ run, peer, round }) => plotRun(results[run]!, sections[run]!.name, peer, round)),
  };
}

function plotRun({ series, latency, faults }: RunResult, name: string, peer: number, round: number): PlotRun {
  const { points } = series;
  const busiest = points.reduce((most, point) => Math.max(most, perSecond(point.delivered, point) ?? 0), 0);
  const isQuiet = (point: SamplePoint) => (perSecond(point.delivered, point) ?? 0) < busiest * QUIET_SHARE;
  const entries = Object.entries(seriesOf).map(
    ([id, read]) =>
      [
        id,
        points.map((point) => (id === 'serverUsPerEvent' && isQuiet(point) ? null : rounded(read(point)))),
      ] as const,
  );
  return {
    ...{ name, peer, round },
    seconds: points.map((point) => point.atMs / 1000),
    series: Object.fromEntries(entries.filter(([, values]) => isMeasured(values))),
    limited: limitedSpans(points),
    faults: faults
      .filter(({ notMade }) => notMade === undefined)
      .map(({ name, atMs, untilMs = atMs }) => [name, atMs / 1000, untilMs / 1000] as const),
    curve: latency.curve().map(({ share, us }) => [rounded(-Math.log10(1 - share))!, rounded(us / 1000)!]),
    heat: series.heat.heatMap(),
  };
}

const isMeasured = (values: Values) => values.some((value) => value !== null);

function limitedSpans(points: readonly SamplePoint[]): [from: number, to: number][] {
  const spans: [number, number][] = [];
  for (const { atMs, lengthMs, limited } of points) {
    if (!limited) continue;
    const from = (atMs - lengthMs) / 1000;
    const last = spans.at(-1);
    if (last !== undefined && last[1] === from) last[1] = atMs / 1000;
    else spans.push([from, atMs / 1000]);
  }
  return spans;
}

function rounded(value: Known): number | null {
  return value === undefined ? null : Number(value.toPrecision(4));
}
