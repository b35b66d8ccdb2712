// Made-up memory of a server, second by second, from a seed: what a healthy one does, alone and all at once, and a
// leak on top. Amplitudes and periods are those seen on plain Node servers with 500 streams and 5 to 50
// reconnects/s (recorded-memory.ts holds two of them).

import type { TrendSeries } from '../../src/load/soak/trend.ts';

export type Health = 'noise' | 'sawtooth' | 'steps' | 'warm-up' | 'staircase' | 'wander' | 'all of it';

export const healths: readonly Health[] = [
  'noise',
  'sawtooth',
  'steps',
  'warm-up',
  'staircase',
  'wander',
  'all of it',
];

const MiB = 1024 * 1024;

export interface SoakPlan {
  readonly health: Health;
  readonly seed: number;
  readonly durationS: number;
  readonly everyS: number;
  readonly leakBytesPerS?: number;
  readonly reconnectsPerS?: number;
}

/** Private memory of one run, with the ramp of its streams. */
export function privateMemory({ health, seed, leakBytesPerS = 0, ...plan }: SoakPlan): TrendSeries[] {
  const random = seeded(seed);
  const memory = healthyMemory(health, plan.durationS, random);
  return sampled(plan, (s) => ({ privateBytes: memory(s) + leakBytesPerS * s }));
}

/**
 * Heap right after full collections, which are 20 to 110 s apart, as measured: within 0.5 MiB on a server that keeps
 * nothing. Between them there is nothing to see.
 */
export function keptHeap({
  seed,
  durationS,
  everyS,
  leakBytesPerS = 0,
  reconnectsPerS = 0,
}: Omit<SoakPlan, 'health'>) {
  const random = seeded(seed);
  const level = between(random, 8, 60) * MiB;
  const warmUp = between(random, 0, 3) * MiB;
  let collectionS = between(random, 5, 30);
  return sampled({ durationS, everyS, reconnectsPerS }, (s) => {
    if (s < collectionS) return {};
    collectionS = s + between(random, 20, 110);
    const garbage = Math.abs(normal(random)) * 0.25 * MiB;
    return { keptHeapBytes: level - warmUp * Math.exp(-s / 40) + garbage + leakBytesPerS * s };
  });
}

function sampled(
  { durationS, everyS, reconnectsPerS = 0 }: Omit<SoakPlan, 'health' | 'seed'>,
  values: (s: number) => TrendSeries['values'],
): TrendSeries[] {
  const series: TrendSeries[] = [];
  for (let s = everyS; s <= durationS; s += everyS) {
    const streamsUp = Math.min(1, s / 20) * 10_000;
    series.push({ atMs: s * 1000, streamsUp, reconnects: reconnectsPerS * everyS, values: values(s) });
  }
  return series;
}

type Memory = (s: number) => number;

function healthyMemory(health: Health, durationS: number, random: () => number): Memory {
  const level = between(random, 40, 250) * MiB;
  const parts: Memory[] = [() => level + normal(random) * between(random, 0.05, 0.4) * MiB];
  const has = (part: Health) => health === part || health === 'all of it';
  if (has('sawtooth')) parts.push(sawtooth(random, durationS));
  if (has('steps')) parts.push(steps(random, level, durationS));
  if (has('warm-up')) parts.push(warmUp(random, level));
  if (has('staircase')) parts.push(staircase(random, level, durationS));
  if (has('wander')) parts.push(wander(random, durationS));
  return (s) => parts.reduce((sum, part) => sum + part(s), 0);
}

/** Garbage grows for 8 to 120 s, up to 12 MiB, and is collected; no two teeth are the same. */
function sawtooth(random: () => number, durationS: number): Memory {
  const periodS = between(random, 8, 120);
  const height = between(random, 1, 12) * MiB;
  const teeth: { from: number; to: number; height: number }[] = [];
  for (let at = -random() * periodS; at <= durationS; ) {
    const to = at + periodS * between(random, 0.7, 1.3);
    teeth.push({ from: at, to, height: height * between(random, 0.8, 1.2) });
    at = to;
  }
  return (s) => {
    const tooth = teeth.find(({ to }) => s < to)!;
    return ((s - tooth.from) / (tooth.to - tooth.from)) * tooth.height;
  };
}

/** One to three jumps, up or down, of up to a fifth of the level: arenas, a cache, a page turned private. */
function steps(random: () => number, level: number, durationS: number): Memory {
  const jumps = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
    atS: random() * durationS,
    by: level * between(random, -0.2, 0.2),
  }));
  return (s) => jumps.reduce((sum, { atS, by }) => sum + (s >= atS ? by : 0), 0);
}

/** The allocator finds its size: up to half of the level, with a time constant up to a sixth of a short run. */
function warmUp(random: () => number, level: number): Memory {
  const height = level * between(random, 0.1, 0.5);
  const constantS = between(random, 15, 100);
  return (s) => -height * Math.exp(-s / constantS);
}

/** An old space that grows in steps of 2 MiB towards the next full collection, by 2 to 9 % of the level. */
function staircase(random: () => number, level: number, durationS: number): Memory {
  const growth = level * between(random, 0.02, 0.09);
  const periodS = Math.min(durationS, between(random, 300, 1200));
  return (s) => Math.floor(((s % periodS) / periodS) * (growth / (2 * MiB))) * 2 * MiB;
}

/** Fragmentation that comes and goes within a minute or two. */
function wander(random: () => number, durationS: number): Memory {
  const keep = Math.exp(-1 / between(random, 30, 120));
  const size = between(random, 0.3, 1.5) * MiB;
  const path = [normal(random) * size];
  for (let s = 1; s <= durationS; s++) {
    path.push(keep * path[s - 1]! + Math.sqrt(1 - keep * keep) * normal(random) * size);
  }
  return (s) => path[Math.floor(s)]!;
}

function between(random: () => number, from: number, to: number): number {
  return from + random() * (to - from);
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Mulberry32: small, and good enough for this. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
