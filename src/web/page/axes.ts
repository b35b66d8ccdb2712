// Scales, axes and their words: time since the start, latency on a log scale, counts from 0.

import type UPlot from 'uplot';
import type { Theme } from './theme.ts';

const timeSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800,
];
export const X_AXIS_SIZE = 28;

export function axis(theme: Theme, more: UPlot.Axis = {}): UPlot.Axis {
  const grid = { stroke: theme.line, width: 1 };
  return {
    stroke: theme.quiet,
    font: `12px ${theme.sans}`,
    grid,
    ticks: { ...grid, size: 4 },
    gap: 4,
    ...more,
  };
}

export function timeAxis(theme: Theme): UPlot.Axis {
  return axis(theme, {
    incrs: timeSteps,
    values: (_plot, splits) => splits.map(timeText),
    space: 60,
    size: X_AXIS_SIZE,
  });
}

/** From 0, with some room above. */
export const countScale: UPlot.Scale = { range: (_plot, _min, max) => [0, max > 0 ? max * 1.06 : 1] };

export function countAxis(theme: Theme, unit: string): UPlot.Axis {
  return axis(theme, { size: 62, values: (_plot, splits) => splits.map((value) => withUnit(value, unit)) });
}

/** Milliseconds; ends at a 1, 2 or 5, so that the ends have a label. */
export const latencyScale: UPlot.Scale = {
  distr: 3,
  range: (_plot, min, max) => latencyRange(min, max),
};

export function latencyRange(min: number, max: number): [number, number] {
  if (!(min > 0) || !(max > 0)) return [0.1, 100];
  const low = steps(min / 10, max).findLast((step) => step <= min) ?? min;
  const high = steps(min, max * 10).find((step) => step >= max) ?? max;
  return low < high ? [low, high] : [low / 10, low * 10];
}

export function latencyAxis(theme: Theme): UPlot.Axis {
  return axis(theme, {
    size: 62,
    splits: (_plot, _axis, min, max) => {
      const all = steps(min, max);
      return all.length <= 10 ? all : all.filter((value) => Math.abs(Math.log10(value) % 1) < 1e-9);
    },
    filter: (_plot, splits) => splits,
    values: (_plot, splits) => splits.map(latencyText),
  });
}

// 1, 2, 5, 10, 20, 50 ...
function steps(min: number, max: number): number[] {
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    for (const digit of [1, 2, 5]) all.push(Number(`${digit}e${power}`));
  }
  return all.filter((value) => value >= min * 0.999 && value <= max * 1.001);
}

export function timeText(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export function latencyText(ms: number): string {
  if (ms >= 1000) return `${short(ms / 1000)} s`;
  return ms >= 1 ? `${short(ms)} ms` : `${short(ms * 1000)} µs`;
}

/** `12.5k/s`, `310 MiB`. */
export function withUnit(value: number, unit: string): string {
  return `${countText(value)}${unit === '' || unit.startsWith('/') ? unit : ` ${unit}`}`;
}

function countText(value: number): string {
  if (value >= 1e6) return `${short(value / 1e6)}M`;
  return value >= 1000 ? `${short(value / 1000)}k` : short(value);
}

const short = (value: number) => String(Number(value.toPrecision(3)));
