// What can be asked of a run with --slo, as one table: its names, what it is compared with, and how.

import type { TimeKind } from '../result.ts';

export interface ShareObjective {
  readonly kind: 'share';
  readonly measure: 'delivery' | 'availability';
  /** From 0 to 1: at least this share. */
  readonly target: number;
  /** As asked: `delivery>=99.99%`. */
  readonly text: string;
}

export interface TimeObjective {
  readonly kind: 'time';
  readonly measure: TimeKind;
  readonly percentile: PercentileName;
  /** At most this long. */
  readonly targetMs: number;
  readonly text: string;
}

export type Objective = ShareObjective | TimeObjective;

/** The share of values that has to be within the target; `max` is all of them. */
export const percentiles = { p50: 0.5, p90: 0.9, p99: 0.99, 'p99.9': 0.999, max: 1 } as const;

export type PercentileName = keyof typeof percentiles;

const shareMeasures = ['delivery', 'availability'] as const;

const timeMeasures = [
  'connect',
  'head',
  'firstEvent',
  'latency',
  'reconnect',
  'silence',
  'heartbeatGap',
] as const;

/** Every name that an objective may begin with. */
export const objectiveNames: readonly string[] = [
  ...shareMeasures,
  ...timeMeasures.flatMap((measure) => Object.keys(percentiles).map((name) => `${measure}.${name}`)),
];
