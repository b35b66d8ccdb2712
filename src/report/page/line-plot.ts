// Values over time: lines for one run (several series) or for several runs (one series each).

import type UPlot from 'uplot';
import {
  countAxis,
  countScale,
  latencyAxis,
  latencyScale,
  latencyText,
  timeAxis,
  timeText,
  withUnit,
} from '../../web/page/axes.ts';
import { colourOf, dashOf, faded, type Theme } from '../../web/page/theme.ts';
import { joinTables, type Plotted } from '../../web/page/uplot.ts';
import type { PlotRun, SeriesName, Values } from './plot-data.ts';
import { limitedShading } from './shading.ts';

export interface Line {
  readonly run: PlotRun;
  readonly series: SeriesName;
  readonly label: string;
}

const names: Readonly<Partial<Record<SeriesName, string>>> = {
  streamsUp: 'up',
  streamsWanted: 'wanted',
  delivered: 'delivered',
  published: 'published',
  reconnects: 'reconnects',
  ends: 'ends',
  serverCores: 'server',
  serverUsPerEvent: 'CPU an event',
  privateMiB: 'private',
  kernelMiB: 'kernel sockets',
  fileMiB: 'file-backed',
  openFiles: 'open files',
  heapMiB: 'heap',
  gcCores: 'garbage collection',
  serverLoopDelay: 'event-loop delay',
  generatorCores: 'generator',
  generatorMiB: 'generator',
};

/** Lines of one run are named for what they show, lines of several for their run. */
export function linesOf(runs: readonly PlotRun[], wanted: readonly SeriesName[]): Line[] {
  const lines = runs.flatMap((run) => wanted.map((series) => ({ run, series })));
  return lines
    .filter(({ run, series }) => run.series[series] !== undefined)
    .map((line) => ({
      ...line,
      label: runs.length > 1 ? line.run.name : (names[line.series] ?? line.series),
    }));
}

export function linePlot(lines: readonly Line[], unit: string, theme: Theme): Plotted {
  const isLatency = unit === 'latency';
  const runs = [...new Set(lines.map((line) => line.run))];
  const text = isLatency ? latencyText : (value: number) => withUnit(value, unit);
  const tables = lines.map(
    ({ run, series }) => [run.seconds, run.series[series]!] as [readonly number[], Values],
  );
  return {
    data: joinTables(tables),
    options: {
      scales: { x: { time: false }, y: isLatency ? latencyScale : countScale },
      axes: [timeAxis(theme), isLatency ? latencyAxis(theme) : countAxis(theme, unit)],
      series: [
        {
          label: 'time',
          value: (_plot: UPlot, value: number | null) => (value === null ? '-' : timeText(value)),
        },
        ...lines.map((line, i) => ({
          label: line.label,
          ...strokeOf(line, i, runs.length > 1, theme),
          points: { show: false },
          value: (_plot: UPlot, value: number | null) => (value == null ? '-' : text(value)),
        })),
      ],
      // The page names several runs once, above all plots.
      legend: { show: runs.length === 1 },
      plugins: [limitedShading(runs, theme)],
    },
  };
}

function strokeOf({ run, series }: Line, i: number, hasRuns: boolean, theme: Theme): UPlot.Series {
  if (hasRuns) return { stroke: colourOf(theme, run.peer), dash: dashOf(run.round), width: 1.75 };
  // What was wanted is a frame for what came.
  if (series === 'streamsWanted') return { stroke: theme.quiet, dash: [4, 4], width: 1.25 };
  const stroke = colourOf(theme, i);
  return i === 0 ? { stroke, width: 1.75, fill: faded(stroke, 0.1) } : { stroke, width: 1.75 };
}
