// Finds connections that two captures both hold, by the first sequence numbers of both sides: a router and a NAT leave
// them alone, whatever they do to addresses. A proxy makes a connection of its own, so there is nothing to pair.

import type { Evidence, Flow, Segment, Side } from '../evidence.ts';
import { isReset, isSyn, isSynAck } from './reset-form.ts';

export interface FlowPair {
  /** As captured nearer to the client. */
  readonly near: Flow;
  readonly far: Flow;
}

export function pairFlows({ flows, sources }: Evidence): FlowPair[] {
  if (sources.length < 2) return [];
  const seen = new Map<string, Flow>();
  const pairs: FlowPair[] = [];
  for (const flow of flows) {
    const key = keyOf(flow);
    if (key === undefined) continue;
    const other = seen.get(key);
    if (other === undefined || other.source === flow.source) {
      seen.set(key, flow);
      continue;
    }
    seen.delete(key);
    pairs.push(isNearer(flow, other) ? { near: flow, far: other } : { near: other, far: flow });
  }
  return pairs;
}

function keyOf({ segments, server }: Flow): string | undefined {
  const syn = segments.find(isSyn);
  const synAck = segments.find(isSynAck);
  // One number alone can repeat; with the port of the server it is enough for a connection that never was.
  return syn && `${syn.seq} ${synAck === undefined ? `port ${server.port}` : synAck.seq}`;
}

// A packet loses TTL on its way: the client's SYN is younger where it has more, the server's answer where it has less.
function isNearer(a: Flow, b: Flow): boolean {
  const ttl = (flow: Flow, side: Side) => flow.halves[side].ttls[0]?.ttl ?? 0;
  const score = ttl(a, 'client') - ttl(b, 'client') - (ttl(a, 'server') - ttl(b, 'server'));
  return score !== 0 ? score > 0 : a.source < b.source;
}

/**
 * Whether the side that a reset claims to come from really sent it: the capture nearer to that side must hold it too.
 * Undefined when there is no such capture, or it ended before.
 */
export function wasSentByItsSide(pair: FlowPair | undefined, reset: Segment): boolean | undefined {
  if (pair === undefined) return undefined;
  const nearSender = reset.from === 'client' ? pair.near : pair.far;
  if (nearSender.source === reset.ref.source) return undefined;
  if (nearSender.segmentsLeftOut > 0 && nearSender.segments.length === 0) return undefined;
  return nearSender.segments.some((segment) => segment.from === reset.from && isReset(segment));
}
