// Latency in three pictures: bands over time, the percentile curve, the heat map.

import type UPlot from 'uplot';
import {
  axis,
  latencyAxis,
  latencyRange,
  latencyScale,
  latencyText,
  timeAxis,
  timeText,
  X_AXIS_SIZE,
} from '../../web/page/axes.ts';
import { colourOf, dashOf, faded, heatColours, type Theme } from '../../web/page/theme.ts';
import { joinTables, type Plotted } from '../../web/page/uplot.ts';
import type { HeatMap, PlotRun, Values } from './plot-data.ts';
import { limitedShading } from './shading.ts';

const MAX_LEGEND = 4;
const time: UPlot.Series = {
  label: 'time',
  value: (_plot, value) => (value === null ? '-' : timeText(value)),
};
const latencyValue = (_plot: UPlot, value: number | null) => (value == null ? '-' : latencyText(value));

export function bandPlot(run: PlotRun, theme: Theme): Plotted {
  const colour = colourOf(theme, 0);
  const none = run.seconds.map(() => null);
  // Log scales know no 0, which a latency below the resolution can be.
  const values = (['p50', 'p90', 'p99', 'max'] as const).map((name) =>
    (run.series[name] ?? none).map((value) => value || null),
  );
  const line = (label: string, more: UPlot.Series): UPlot.Series => ({
    label,
    points: { show: false },
    value: latencyValue,
    ...more,
  });
  return {
    data: [run.seconds, ...values] as unknown as UPlot.AlignedData,
    options: {
      scales: { x: { time: false }, y: latencyScale },
      axes: [timeAxis(theme), latencyAxis(theme)],
      series: [
        time,
        line('p50', { stroke: colour, width: 2.25 }),
        line('p90', { stroke: faded(colour, 0.75), width: 1 }),
        line('p99', { stroke: faded(colour, 0.6), width: 1 }),
        line('max', { stroke: theme.peers[1]!, width: 1 }),
      ],
      bands: [
        { series: [2, 1], fill: faded(colour, 0.42) },
        { series: [3, 2], fill: faded(colour, 0.22) },
      ],
      plugins: [limitedShading([run], theme)],
    },
  };
}

export function percentilePlot(runs: readonly PlotRun[], theme: Theme): Plotted {
  const tables = runs.map(
    ({ curve }) => [curve.map(([nines]) => nines), curve.map(([, ms]) => ms || null)] as [number[], Values],
  );
  const most = Math.max(...runs.map(({ curve }) => curve.at(-1)?.[0] ?? 0), 1);
  const marks = [0, -Math.log10(0.5), ...Array.from({ length: Math.floor(most) }, (_, i) => i + 1)];
  return {
    data: joinTables(tables),
    options: {
      scales: { x: { time: false, range: [0, most] }, y: latencyScale },
      axes: [
        axis(theme, {
          size: X_AXIS_SIZE,
          splits: () => marks,
          values: shareLabels,
        }),
        latencyAxis(theme),
      ],
      series: [
        { label: 'share of events', value: (_plot, nines) => (nines === null ? '-' : shareText(nines)) },
        ...runs.map((run): UPlot.Series => {
          const stroke = colourOf(theme, run.peer);
          return {
            label: run.name,
            stroke,
            width: 2,
            dash: dashOf(run.round),
            points: { show: false },
            value: latencyValue,
          };
        }),
      ],
      // Of more runs it would be taller than the plot; the page names all of them above.
      legend: { show: runs.length <= MAX_LEGEND },
    },
  };
}

// A label that would touch the one before it is left out; its line stays.
function shareLabels(plot: UPlot, marks: readonly number[]): (string | null)[] {
  let end = Number.NEGATIVE_INFINITY;
  return marks.map((nines) => {
    const [text, at] = [shareText(nines), plot.valToPos(nines, 'x')];
    const halfWidth = text.length * 3.5;
    if (at - halfWidth < end + 6) return null;
    end = at + halfWidth;
    return text;
  });
}

/** Nines as a share: 2 -> `99 %`, 3 -> `99.9 %`. */
function shareText(nines: number): string {
  const places = Math.max(Math.ceil(nines - 1e-6) - 2, 0);
  return `${((1 - 10 ** -nines) * 100).toFixed(nines > 2 ? places : 0)} %`;
}

export function heatPlot(run: PlotRun, heat: HeatMap, theme: Theme): Plotted {
  const rowMs = (row: number) => 10 ** ((heat.firstRow + row) / heat.rowsPerDecade) / 1000;
  const colours = heatColours(theme);
  const draw = (plot: UPlot) => {
    const { ctx } = plot;
    ctx.save();
    const tops = Array.from({ length: heat.rows + 1 }, (_, row) =>
      Math.round(plot.valToPos(rowMs(row), 'y', true)),
    );
    for (const [i, column] of heat.columns.entries()) {
      const left = Math.round(plot.valToPos(heat.edges[i]!, 'x', true));
      // A column narrower than a pixel is still seen.
      const width = Math.max(Math.round(plot.valToPos(heat.edges[i + 1]!, 'x', true)) - left, 1);
      for (let row = 0; row < heat.rows; row++) {
        const level = column.charCodeAt(row) - 48;
        if (level === 0) continue;
        ctx.fillStyle = colours[level]!;
        ctx.fillRect(left, tops[row + 1]!, width, tops[row]! - tops[row + 1]!);
      }
    }
    ctx.restore();
  };
  return {
    data: [heat.edges, heat.edges.map(() => null)] as unknown as UPlot.AlignedData,
    options: {
      scales: {
        x: { time: false, range: [heat.edges[0]!, heat.edges.at(-1)!] },
        y: { distr: 3, range: () => latencyRange(rowMs(0), rowMs(heat.rows)) },
      },
      axes: [timeAxis(theme), latencyAxis(theme)],
      series: [time, { paths: () => null }],
      legend: { show: false },
      plugins: [limitedShading([run], theme), { hooks: { draw } }],
    },
  };
}
