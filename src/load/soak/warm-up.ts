// How much of a run is warm-up: streams are still being opened, caches filled, code compiled, heaps sized.

/** Of the time at full work. Saturating growth that goes on beyond it is caught by comparing halves (trend.ts). */
const WARM_UP_SHARE = 0.2;
const SHORTEST_MS = 60_000;
const LONGEST_MS = 3_600_000;

/** With fewer streams than this share of the usual number the work is not yet constant. */
const FULL_WORK_SHARE = 0.95;

export interface WorkPoint {
  readonly atMs: number;
  readonly streamsUp: number;
}

/** The time from which on samples count, for points in order of time. */
export function warmUpEndMs(points: readonly WorkPoint[]): number {
  const last = points.at(-1);
  if (last === undefined) return 0;
  const usual = points.map(({ streamsUp }) => streamsUp).toSorted((a, b) => a - b)[points.length >> 1]!;
  const full = points.find(({ streamsUp }) => streamsUp >= usual * FULL_WORK_SHARE)!;
  const warmUpMs = (last.atMs - full.atMs) * WARM_UP_SHARE;
  return full.atMs + Math.min(Math.max(warmUpMs, SHORTEST_MS), LONGEST_MS);
}

/** How often a soak of this length takes a sample: every 30 s, in a short one 120 in all. */
export function soakSampleMs(durationMs: number): number {
  return Math.min(Math.max(Math.round(durationMs / 120), 1000), 30_000);
}
