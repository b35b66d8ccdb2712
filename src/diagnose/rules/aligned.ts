// What S09 to S12 and S28 share: streams that ended together, and an event of the platform at the right time before.

import type { LogFact } from '../evidence.ts';
import { linesAround, type MassEnd, massEnds } from '../timeline/mass-ends.ts';
import { logFacts, type Scene } from '../timeline/scene.ts';
import type { Claim } from './rule.ts';
import { count, endPoint, refsOf, timeText } from './words.ts';

/** How exactly clocks of two machines are taken to agree. */
export const CLOCKS_MS = 2000;

export interface Alignment {
  readonly facts: readonly string[];
  /** The event comes between so long before the end and so long after it (clocks). */
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly atLeast: number;
  readonly help: readonly string[];
  /** For example `a pod was deleted`. */
  readonly what: string;
}

export function alignedClaims(scene: Scene, alignment: Alignment): Claim[] {
  const lines = logFacts(scene, ...alignment.facts);
  if (lines.length === 0) return [];
  return massEnds(scene, alignment.atLeast).flatMap((end) => {
    const near = linesAround(lines, end.fromMs, alignment.beforeMs, alignment.afterMs);
    return near.length === 0 ? [] : [claim(end, near, alignment)];
  });
}

function claim(end: MassEnd, lines: readonly LogFact[], { what, help }: Alignment): Claim {
  const first = lines[0]!;
  const names = [first.server?.address, first.subject].filter((name) => name !== undefined);
  const isNamed = names.includes(end.address);
  const afterMs = end.fromMs - first.atMs!;
  return {
    level: 'cause',
    sureness: isNamed ? 'sure' : 'likely',
    summary: `${count(end.streams.length, 'stream')} of ${end.address} ended ${timeText(Math.abs(afterMs))} ${afterMs >= 0 ? 'after' : 'before'} ${what}.`,
    streams: end.streams,
    why: [
      { text: `logged: ${first.text.slice(0, 120)}`, refs: refsOf(lines) },
      endPoint(end.streams, `ended together at ${end.address}`),
    ],
    help,
    more: isNamed ? [] : [`does ${first.subject ?? 'what the event names'} have the address ${end.address}?`],
  };
}
