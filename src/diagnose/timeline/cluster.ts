// Times that belong together: the densest window over sorted values, as wide as one timer spreads.

/** Timers of one value differ by the load of the machine and by where the clock starts: 0.1 s and 2 %. */
const SPREAD_MS = 100;
const SPREAD_SHARE = 0.02;

export const spreadOf = (ms: number): number => SPREAD_MS + ms * SPREAD_SHARE;

/** The items whose times lie closest together, in order of time; of two equal windows the one with the later times. */
export function densest<T>(items: readonly T[], timeOf: (item: T) => number): T[] {
  const sorted = [...items].sort((a, b) => timeOf(a) - timeOf(b));
  let best: [from: number, until: number] = [0, 0];
  let from = 0;
  for (let i = 0; i < sorted.length; i++) {
    while (timeOf(sorted[i]!) - timeOf(sorted[from]!) > spreadOf(timeOf(sorted[from]!))) from++;
    if (i + 1 - from >= best[1] - best[0]) best = [from, i + 1];
  }
  return sorted.slice(...best);
}

/** A timer that people set is a whole number of seconds, and fires a few milliseconds late. */
export function isRound(ms: number): boolean {
  const overMs = ms - Math.round(ms / 1000) * 1000;
  return ms >= 995 && overMs >= -5 && overMs <= 40 + ms * 0.0005;
}

export function range(values: readonly number[]): { readonly min: number; readonly max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * The period of a clock whose ticks all moments lie on, in ms; undefined without three ticks or without a period.
 * A timer that is looked at in rounds fires only there.
 */
export function commonPeriod(moments: readonly number[]): number | undefined {
  const ticks: number[] = [];
  for (const moment of [...moments].sort((a, b) => a - b)) {
    if (ticks.length === 0 || moment - ticks.at(-1)! > SPREAD_MS) ticks.push(moment);
  }
  if (ticks.length < 3) return undefined;
  const steps = ticks.slice(1).map((tick, i) => tick - ticks[i]!);
  const smallest = Math.min(...steps);
  for (const parts of [1, 2, 3]) {
    const period = smallest / parts;
    if (period < 5 * SPREAD_MS) return undefined;
    if (steps.every((step) => Math.abs(step - Math.round(step / period) * period) <= SPREAD_MS))
      return period;
  }
  return undefined;
}

/** Items in groups that ended in one go: each at most `withinMs` after the first of its group. */
export function momentsOfEnds<T extends { readonly end: { readonly atMs: number } }>(
  items: readonly T[],
  withinMs: number,
): T[][] {
  const groups: T[][] = [];
  for (const item of [...items].sort((a, b) => a.end.atMs - b.end.atMs)) {
    const group = groups.at(-1);
    if (group !== undefined && item.end.atMs - group[0]!.end.atMs <= withinMs) group.push(item);
    else groups.push([item]);
  }
  return groups;
}
