// Puts samples into windows, each of which is one point of a trend: where garbage lies on top of what is kept, between
// the sawtooth's troughs only that remains.

import { median, type Point } from '../statistics/theil-sen.ts';
import type { Quantity } from './quantities.ts';

const MOST_WINDOWS = 200;
/** Samples of one window in a short run: there the number of windows matters as much as their quiet. */
const SHORT_RUN_WINDOW = 8;
const SHORT_RUN_WINDOWS = 24;

/** Windows of equally many samples, in order of time. */
export function toWindows(points: readonly Point[], reduce: Quantity['reduce']): Point[] {
  const shortRun = Math.min(Math.floor(points.length / SHORT_RUN_WINDOWS), SHORT_RUN_WINDOW);
  const size = Math.max(Math.ceil(points.length / MOST_WINDOWS), shortRun, 1);
  const windows: Point[] = [];
  for (let from = 0; from + size <= points.length; from += size) {
    const window = points.slice(from, from + size);
    const values = window.map(({ y }) => y);
    // The window's middle also for its lowest value: its own time would vary more than the value it stands for.
    const x = (window[0]!.x + window.at(-1)!.x) / 2;
    windows.push({ x, y: reduce === 'lowest' ? Math.min(...values) : median(values) });
  }
  return windows;
}
