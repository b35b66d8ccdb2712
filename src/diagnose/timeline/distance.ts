// What a TTL says about where a packet came from, as far as it says anything.

import type { Flow, Segment } from '../evidence.ts';

const families = [64, 128, 255] as const;

/** The initial TTL that a packet most likely began with, and how many hops it has lost since. */
function hopsOf(ttl: number): { readonly family: number; readonly hops: number } {
  const family = families.find((initial) => ttl <= initial) ?? 255;
  return { family, hops: family - ttl };
}

/**
 * How the TTL of a packet compares with the other packets of its side: `same`; `other distance`, same family but more or fewer hops;
 * `other family`. Undefined when TTLs say nothing: none, 0, or many different.
 */
export function ttlOf(flow: Flow, segment: Segment): 'same' | 'other distance' | 'other family' | undefined {
  const { ttls } = flow.halves[segment.from];
  if (ttls.length === 0 || ttls.length > 2 || segment.ttl === 0 || ttls[0]!.ttl === 0) return undefined;
  if (ttls.some(({ ttl }) => ttl === segment.ttl)) return 'same';
  return hopsOf(ttls[0]!.ttl).family === hopsOf(segment.ttl).family ? 'other distance' : 'other family';
}
