// Finds connections that two captures both hold, whatever a hop between them did to addresses. By three signs, the surest first:
//
// 1. the first sequence numbers of both sides, which a router and a NAT leave alone;
// 2. several segments with the same numbers, for a connection that began before one of the captures;
// 3. the timestamps of the handshake, where a firewall has put sequence numbers of its own into it.
//
// A proxy makes a connection of its own, so there is nothing to pair.

import type { Evidence, Flow, Segment, Side } from '../evidence.ts';
import { isReset, isSyn, isSynAck } from './reset-form.ts';

export interface FlowPair {
  /** As captured nearer to the client. */
  readonly near: Flow;
  readonly far: Flow;
  readonly by: 'handshake' | 'segments' | 'timestamps';
  /** What the clock of the far capture shows more than that of the near one, in milliseconds; the way is part of it. */
  readonly clockOffsetMs: number;
  /** When each capture ended, by its own clock. */
  readonly nearUntilMs: number;
  readonly farUntilMs: number;
}

// Fewer could be alike by chance: a keep-alive looks like the one before.
const MIN_COMMON_SEGMENTS = 3;

export function pairFlows({ flows, sources }: Evidence): FlowPair[] {
  if (sources.length < 2) return [];
  const pairs: FlowPair[] = [];
  const paired = new Set<Flow>();
  const add = (a: Flow, b: Flow, by: FlowPair['by']) => {
    const [near, far] = isNearer(a, b) ? [a, b] : [b, a];
    paired.add(a).add(b);
    const until = (flow: Flow) => sources[flow.source]?.lastMs ?? flow.lastMs;
    const clockOffsetMs = clockOffset(near, far, by);
    pairs.push({ near, far, by, clockOffsetMs, nearUntilMs: until(near), farUntilMs: until(far) });
  };
  const addByKey = (keyOf: (flow: Flow) => string | undefined, by: FlowPair['by']) => {
    const seen = new Map<string, Flow>();
    for (const flow of flows) {
      const key = paired.has(flow) ? undefined : keyOf(flow);
      if (key === undefined) continue;
      const other = seen.get(key);
      if (other === undefined || other.source === flow.source) {
        seen.set(key, flow);
        continue;
      }
      seen.delete(key);
      add(other, flow, by);
    }
  };
  addByKey(handshakeKey, 'handshake');
  addByKey(timestampKey, 'timestamps');
  addBySegments(
    flows.filter((flow) => !paired.has(flow)),
    add,
  );
  return pairs;
}

function handshakeKey({ segments, server }: Flow): string | undefined {
  const syn = segments.find(isSyn);
  const synAck = segments.find(isSynAck);
  // One number alone can repeat; with the port of the server it is enough for a connection that never was.
  return syn && `${syn.seq} ${synAck === undefined ? `port ${server.port}` : synAck.seq}`;
}

function timestampKey({ segments }: Flow): string | undefined {
  const times = [segments.find(isSyn), segments.find(isSynAck)].map((segment) => segment?.options?.timestamp);
  return times.every((time) => time !== undefined && time !== 0) ? times.join(' ') : undefined;
}

function addBySegments(flows: readonly Flow[], add: (a: Flow, b: Flow, by: FlowPair['by']) => void): void {
  const holders = new Map<string, Flow>();
  const paired = new Set<Flow>();
  for (const flow of flows) {
    const common = new Map<Flow, number>();
    for (const key of segmentKeys(flow)) {
      const holder = holders.get(key);
      if (holder !== undefined && holder.source !== flow.source && !paired.has(holder)) {
        common.set(holder, (common.get(holder) ?? 0) + 1);
      }
      holders.set(key, flow);
    }
    const [other, count = 0] = [...common].sort(([, a], [, b]) => b - a)[0] ?? [];
    if (other === undefined || count < MIN_COMMON_SEGMENTS) continue;
    paired.add(other).add(flow);
    add(other, flow, 'segments');
  }
}

/** What a segment keeps on its way. Sides may have been told apart in one capture only. */
const segmentKey = ({ seq, ack, bytes, flags }: Segment) => `${seq} ${ack} ${bytes} ${flags}`;
const segmentKeys = ({ segments }: Flow) => new Set(segments.map(segmentKey));

function clockOffset(near: Flow, far: Flow, by: FlowPair['by']): number {
  if (by !== 'segments') return atMs(far.segments.find(isSyn)) - atMs(near.segments.find(isSyn));
  const times = new Map(near.segments.map((segment) => [segmentKey(segment), segment.atMs]));
  const common = far.segments.find((segment) => times.has(segmentKey(segment)))!;
  return common.atMs - times.get(segmentKey(common))!;
}

const atMs = (segment: Segment | undefined) => segment?.atMs ?? 0;

// A packet loses TTL on its way: the client's SYN is younger where it has more, the server's answer where it has less.
function isNearer(a: Flow, b: Flow): boolean {
  const ttl = (flow: Flow, side: Side) => flow.halves[side].ttls[0]?.ttl ?? 0;
  const score = ttl(a, 'client') - ttl(b, 'client') - (ttl(a, 'server') - ttl(b, 'server'));
  return score !== 0 ? score > 0 : a.source < b.source;
}

// Clocks are compared by one packet, and a capture may lack what its last moments wrote.
const CLOCK_SLACK_MS = 1000;

/**
 * Whether the side that a reset claims to come from really sent it: the capture nearer to that side must hold it too.
 * Undefined when there is no such capture, when it ended before, or when it left segments out.
 */
export function wasSentByItsSide(pair: FlowPair | undefined, reset: Segment): boolean | undefined {
  if (pair === undefined) return undefined;
  const isClients = reset.from === 'client';
  const holder = isClients ? pair.near : pair.far;
  if (holder.source === reset.ref.source) return undefined;
  if (holder.segments.some((segment) => segment.from === reset.from && isReset(segment))) return true;
  const atMs = reset.atMs + (isClients ? -pair.clockOffsetMs : pair.clockOffsetMs);
  const untilMs = isClients ? pair.nearUntilMs : pair.farUntilMs;
  return holder.segmentsLeftOut > 0 || untilMs < atMs - CLOCK_SLACK_MS ? undefined : false;
}
