// Tells a series that grows from one that jumps: the slope between the jumps. A few jumps up and nothing between
// them have a certain slope as a whole, and none here.

import { median, type Point } from '../statistics/theil-sen.ts';

/** Points on each side whose medians are compared: one wild point is no jump. */
const SIDE = 3;

/** The median slope of all pairs of points that have none of the `count` largest jumps between them. */
export function slopeBetweenJumps(points: readonly Point[], count: number): number {
  const slopes: number[] = [];
  let from = 0;
  for (const to of [...largestJumps(points, count), points.length]) {
    for (let i = from; i < to; i++) {
      for (let j = i + 1; j < to; j++) {
        slopes.push((points[j]!.y - points[i]!.y) / (points[j]!.x - points[i]!.x));
      }
    }
    from = to;
  }
  return slopes.length === 0 ? 0 : median(slopes);
}

/** Where the level changes most: indexes of the first points behind, in order, no two within a side of each other. */
function largestJumps(points: readonly Point[], count: number): number[] {
  const levels = points.map(({ y }) => y);
  const candidates: { at: number; size: number }[] = [];
  for (let at = SIDE; at <= levels.length - SIDE; at++) {
    const before = median(levels.slice(at - SIDE, at));
    const behind = median(levels.slice(at, at + SIDE));
    candidates.push({ at, size: Math.abs(behind - before) });
  }
  candidates.sort((a, b) => b.size - a.size);
  const jumps: number[] = [];
  for (const { at } of candidates) {
    if (jumps.length < count && jumps.every((other) => Math.abs(other - at) >= SIDE)) jumps.push(at);
  }
  return jumps.toSorted((a, b) => a - b);
}
