// The gaps in the payload of a stream, and in the packets of its connection, up to a moment.

import type { Burst, Flow, Side } from '../evidence.ts';

export interface Gaps {
  /** From the last one before the moment; undefined when there was none. */
  readonly lastMs?: number;
  /** The longest between two before that. */
  readonly longestMs: number;
  readonly lastBy?: Side;
}

interface Activity {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly by: Side;
}

// A TLS alert is 26 bytes or fewer with its header, twice that when it and its predecessor share a packet.
const ALERT_BYTES = 64;
/** Frames that belong to the close itself (an alert, GOAWAY) come right before it. */
const CLOSE_MS = 250;

export function payloadGaps(
  flow: Flow,
  bursts: Readonly<Partial<Record<Side, readonly Burst[]>>>,
  untilMs: number,
  closer?: Side,
): Gaps {
  const isFrame = flow.tls !== undefined || flow.http2 !== undefined;
  const isPartOfClose = (burst: Burst, by: Side) =>
    isFrame && by === closer && burst.bytes <= ALERT_BYTES && untilMs - burst.atMs <= CLOSE_MS;
  const activities: Activity[] = [];
  for (const by of ['client', 'server'] as const) {
    for (const burst of bursts[by] ?? []) {
      if (burst.atMs >= untilMs || isPartOfClose(burst, by)) continue;
      activities.push({ fromMs: burst.atMs, untilMs: Math.min(burst.untilMs, untilMs), by });
    }
  }
  return gapsOf(activities, untilMs);
}

/** Packets of any kind: those kept one by one, and the bursts between them. */
export function packetGaps(flow: Flow, untilMs: number): Gaps {
  const activities: Activity[] = [];
  for (const { atMs, from } of flow.segments) {
    if (atMs < untilMs) activities.push({ fromMs: atMs, untilMs: atMs, by: from });
  }
  for (const by of ['client', 'server'] as const) {
    for (const burst of flow.halves[by].bursts) {
      if (burst.atMs >= untilMs) continue;
      activities.push({ fromMs: burst.atMs, untilMs: Math.min(burst.untilMs, untilMs), by });
    }
  }
  return gapsOf(activities, untilMs);
}

function gapsOf(activities: Activity[], untilMs: number): Gaps {
  activities.sort((a, b) => a.fromMs - b.fromMs || a.untilMs - b.untilMs);
  let longestMs = 0;
  let last: Activity | undefined;
  for (const activity of activities) {
    if (last !== undefined) longestMs = Math.max(longestMs, activity.fromMs - last.untilMs);
    if (last === undefined || activity.untilMs >= last.untilMs) last = activity;
  }
  return last === undefined ? { longestMs } : { lastMs: untilMs - last.untilMs, longestMs, lastBy: last.by };
}
