// What is asked of Holdfast, as data: the figures of a variant, at most so much, or so much of a peer's in the same round.

import type { FigureName, Figures } from './figures.ts';
import { ratiosOf, type Spread, spreadOf } from './statistics.ts';

export interface Target {
  readonly figure: FigureName;
  readonly atMost: number;
  /** A peer, or every peer that was measured; absent: the figure itself, in its unit. */
  readonly times?: string;
}

export interface TargetOutcome extends Target {
  /** The peer that it was compared with. */
  readonly peer: string | undefined;
  /** The median is what is judged. */
  readonly value: Spread;
  readonly isMet: boolean;
}

const KIB = 1024;

const idleOneTopic: readonly Target[] = [
  { figure: 'privateBytesPerStream', atMost: 4 * KIB },
  { figure: 'privateBytesPerStream', atMost: 0.2, times: 'go-net-http' },
  { figure: 'privateBytesPerStream', atMost: 0.45, times: 'nchan' },
];
const nothingToJoin: readonly Target[] = [
  { figure: 'cpuUsPerEvent', atMost: 1.6, times: 'epoll-c' },
  { figure: 'p99Us', atMost: 1.5, times: 'epoll-c' },
  { figure: 'p99Us', atMost: 1, times: 'every peer' },
  { figure: 'lost', atMost: 0 },
];

/** By the id of the variant. Memory of 1,000 streams is mostly noise, so nothing is asked of it. */
export const targets: Readonly<Record<string, readonly Target[]>> = {
  'idle-5000-one': idleOneTopic,
  'idle-15000-one': idleOneTopic,
  'idle-5000-own': [{ figure: 'privateBytesPerStream', atMost: 6 * KIB }],
  'idle-15000-own': [{ figure: 'privateBytesPerStream', atMost: 6 * KIB }],
  'steady-1000': nothingToJoin,
  'steady-2000': nothingToJoin,
  'steady-5000': nothingToJoin,
  'steady-17000': nothingToJoin,
  saturate: [
    { figure: 'cpuUsPerEvent', atMost: 0.6, times: 'epoll-c' },
    { figure: 'cpuUsPerEvent', atMost: 0.6, times: 'nchan' },
    { figure: 'cpuUsPerEvent', atMost: 0.35, times: 'go-net-http' },
  ],
  'resume-storm': [
    { figure: 'lost', atMost: 0 },
    { figure: 'repeated', atMost: 0 },
    { figure: 'resumeOfConnect', atMost: 2 },
  ],
  loop: [
    { figure: 'loopDelayP99Us', atMost: 15_000 },
    { figure: 'headP99Us', atMost: 25_000 },
  ],
};

/** The floor has a line of its own wherever every peer is meant. */
const FLOOR = 'epoll-c';

/**
 * @param rounds - by peer, `ours` among them: the figures of each round, undefined where a turn failed.
 * @returns one outcome a target and peer; none where there is nothing to compare with.
 */
export function judge(
  wanted: readonly Target[],
  ours: string,
  rounds: ReadonlyMap<string, readonly (Figures | undefined)[]>,
): TargetOutcome[] {
  const own = rounds.get(ours) ?? [];
  return wanted.flatMap((target) => {
    const { figure, atMost, times } = target;
    const values = own.map((figures) => figures?.[figure]);
    const judged = (value: Spread | undefined, peer: string | undefined) =>
      value === undefined ? [] : [{ ...target, peer, value, isMet: value.median <= atMost }];
    if (times === undefined) return judged(spreadOf(values), undefined);
    const others =
      times === 'every peer' ? [...rounds.keys()].filter((n) => n !== ours && n !== FLOOR) : [times];
    return others.flatMap((peer) => {
      const theirs = (rounds.get(peer) ?? []).map((figures) => figures?.[figure]);
      return judged(spreadOf(ratiosOf(values, theirs)), peer);
    });
  });
}
