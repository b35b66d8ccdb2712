// The process of a crowd: thousands of streams, in groups, so that their sockets do not count among the test's files.

import { answerAsks } from './asked-process.ts';
import { CrowdStream, type CrowdTarget, type Ending, type Leaving, type Manner } from './crowd-stream.ts';
import { waitFor } from './wait-for.ts';

export interface GroupPlan extends CrowdTarget {
  readonly group: string;
  readonly count: number;
  readonly manner?: Manner;
}

export interface GroupTally {
  readonly streams: number;
  /** Of the newest event; 0 before the first: of the stream that has seen least and most. */
  readonly last: { readonly least: number; readonly most: number };
  /** Streams whose first event was not the one right after the position they were told at first. */
  readonly startedWrongly: number;
  /** Of the first event that came, the number: the highest of the group. */
  readonly latestFirst: number;
  readonly endings: Readonly<Record<Ending, number>>;
  /** Some of what should not have come. */
  readonly faults: readonly string[];
}

// More at once than the listener's queue holds would be connects that wait a second to be tried again.
const CONNECTS_AT_ONCE = 500;
const OPEN_LIMIT_MS = 30_000;
const CHAT_INTERVAL_MS = 20;
const MAX_FAULTS = 5;

const groups = new Map<string, CrowdStream[]>();

const asks = {
  /** Opens the streams of a group; answers when each has its first bytes. */
  async open({ group, count, manner = 'reading', ...target }: GroupPlan): Promise<void> {
    const streams = groupOf(group);
    setInterval(() => chat(streams), CHAT_INTERVAL_MS);
    for (let opened = 0; opened < count; ) {
      const wave: CrowdStream[] = [];
      for (; wave.length < CONNECTS_AT_ONCE && opened < count; opened++)
        wave.push(new CrowdStream(target, manner));
      streams.push(...wave);
      const isBegun = (stream: CrowdStream) => stream.isOpen || stream.ending !== undefined;
      await waitFor(`the streams of ${group}`, () => wave.every(isBegun), OPEN_LIMIT_MS);
    }
  },

  /** Has all streams of these groups leave in one tick. */
  leave(names: readonly string[], how: Leaving): void {
    for (const stream of names.flatMap(groupOf)) stream.leave(how);
  },

  tally(group: string): GroupTally {
    const streams = groupOf(group);
    const endings = { clean: 0, reset: 0, cut: 0, left: 0 };
    for (const { ending } of streams) if (ending !== undefined) endings[ending]++;
    const lasts = streams.map(({ last = 0 }) => last);
    return {
      streams: streams.length,
      last: { least: Math.min(...lasts), most: Math.max(...lasts) },
      startedWrongly: streams.filter(
        ({ first, startedAt }) => first !== undefined && first !== startedAt! + 1,
      ).length,
      latestFirst: Math.max(...streams.map(({ first = 0 }) => first)),
      endings,
      faults: streams.flatMap(({ faults }) => faults).slice(0, MAX_FAULTS),
    };
  },
};

export type CrowdAsks = typeof asks;

answerAsks(asks);

function groupOf(name: string): CrowdStream[] {
  const group = groups.get(name) ?? [];
  groups.set(name, group);
  return group;
}

function chat(streams: readonly CrowdStream[]): void {
  for (const stream of streams) stream.chat();
}
