// The two charts, rate and latency, of the last five minutes by the second. Drawn once a second, and not while nobody
// looks at the page.

import type UPlot from 'uplot';
import { axis, countAxis, countScale, latencyText, X_AXIS_SIZE } from '../../web/page/axes.ts';
import { faded, readTheme, type Theme } from '../../web/page/theme.ts';
import { createPlot, type Plotted } from '../../web/page/uplot.ts';
import { pageElement } from './page-element.ts';
import { type Second, TALLY_SECONDS } from './second-tally.ts';

/** A page that was just opened shows its first minute across the whole width. */
const LEAST_SECONDS = 60;
const xSteps = [10, 15, 30, 60, 120, 300];

export class Charts {
  readonly #places = [pageElement('#rate-chart', HTMLElement), pageElement('#latency-chart', HTMLElement)];
  #plots: readonly UPlot[] = [];
  #seconds: readonly Second[] = [];

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#make());
    const observer = new ResizeObserver(() => this.#fit());
    for (const place of this.#places) observer.observe(place);
    this.#make();
  }

  draw(seconds: readonly Second[]): void {
    this.#seconds = seconds;
    if (document.hidden) return;
    const [rate, latency] = [rateData(seconds), latencyData(seconds)];
    this.#plots[0]?.setData(rate);
    this.#plots[1]?.setData(latency);
  }

  #make(): void {
    for (const plot of this.#plots) plot.destroy();
    const theme = readTheme();
    this.#plots = [ratePlot(theme), latencyPlot(theme)].map((plotted, i) => {
      const place = this.#places[i]!;
      return createPlot(plotted, 'console', ...sizeOf(place), place);
    });
    this.draw(this.#seconds);
  }

  #fit(): void {
    for (const [i, plot] of this.#plots.entries()) {
      const [width, height] = sizeOf(this.#places[i]!);
      if (plot.width !== width || plot.height !== height) plot.setSize({ width, height });
    }
  }
}

// A place that is not shown has no size, and a canvas needs one.
const sizeOf = ({ clientWidth, clientHeight }: HTMLElement): [number, number] => [
  Math.max(clientWidth, 40),
  Math.max(clientHeight, 40),
];

// Seconds before now, so that the axis stands still while the line moves.
const xOf = (seconds: readonly Second[]) => seconds.map((_, i) => i - seconds.length + 1);

const rateData = (seconds: readonly Second[]): UPlot.AlignedData => [
  xOf(seconds),
  seconds.map(({ events }) => events),
];

const latencyData = (seconds: readonly Second[]): UPlot.AlignedData => [
  xOf(seconds),
  seconds.map(({ medianMs }) => medianMs),
  seconds.map(({ slowestMs }) => slowestMs),
];

const xScale: UPlot.Scale = {
  time: false,
  range: (_plot, min) => [Math.max(Math.min(min ?? 0, 1 - LEAST_SECONDS), 1 - TALLY_SECONDS), 0],
};

const agoText = (seconds: number) =>
  seconds === 0 ? 'now' : seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;

function xAxis(theme: Theme): UPlot.Axis {
  return axis(theme, {
    incrs: xSteps,
    space: 70,
    size: X_AXIS_SIZE,
    grid: { show: false },
    values: (_plot, splits) => splits.map((value) => agoText(value).replace('-', '−')),
  });
}

function ratePlot(theme: Theme): Plotted {
  const stroke = theme.peers[0]!;
  return {
    data: rateData([]),
    options: {
      scales: { x: xScale, y: countScale },
      axes: [xAxis(theme), { ...countAxis(theme, ''), size: 46, space: 26 }],
      series: [{}, { stroke, width: 1.5, fill: faded(stroke, 0.12), points: { show: false } }],
      legend: { show: false },
    },
  };
}

function latencyPlot(theme: Theme): Plotted {
  const [stroke, slowest] = [theme.peers[2]!, theme.peers[1]!];
  return {
    data: latencyData([]),
    options: {
      scales: { x: xScale, y: { range: (_plot, min, max) => latencyRange(min, max) } },
      axes: [
        xAxis(theme),
        axis(theme, { size: 52, space: 26, values: (_plot, splits) => splits.map(linearLatencyText) }),
      ],
      series: [
        {},
        { stroke, width: 1.75, points: { show: false } },
        { stroke: slowest, width: 1, dash: [4, 3], points: { show: false } },
      ],
      legend: { show: false },
    },
  };
}

// From 0, or from below it where the clocks differ.
function latencyRange(min: number | null, max: number | null): [number, number] {
  const low = Math.min(min ?? 0, 0);
  const high = Math.max(max ?? 0, low + 5);
  return [low * 1.1, high * 1.1];
}

const linearLatencyText = (ms: number) =>
  ms === 0 ? '0' : ms < 0 ? `−${latencyText(-ms)}` : latencyText(ms);
