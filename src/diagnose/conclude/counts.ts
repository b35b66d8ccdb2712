// How many streams ended normally, and how many cannot be told about.

import type { Count } from '../finding.ts';
import type { Scene } from '../timeline/scene.ts';
import type { NormalKind, Stream } from '../timeline/stream.ts';
import type { ChosenClaim } from './chosen-claims.ts';

const words: Readonly<Record<NormalKind, string>> = {
  complete: 'whole responses',
  'ended by close': 'responses that a close ends, as announced',
  'client left': 'left by the client',
  'idle connection closed': 'idle connections closed',
  probe: 'health checks',
  'still open': 'still open at the end',
};

function claimedStreams(chosen: readonly ChosenClaim[]): ReadonlySet<Stream> {
  return new Set(chosen.flatMap(({ streams, beside }) => [...streams, ...beside]));
}

export function normalCounts(scene: Scene, chosen: readonly ChosenClaim[]): Count[] {
  const claimed = claimedStreams(chosen);
  const counts = new Map<NormalKind, number>();
  for (const stream of scene.streams) {
    if (stream.normal === undefined || claimed.has(stream)) continue;
    counts.set(stream.normal, (counts.get(stream.normal) ?? 0) + 1);
  }
  if (scene.earlierResponses > 0)
    counts.set('complete', (counts.get('complete') ?? 0) + scene.earlierResponses);
  const kinds = Object.keys(words) as NormalKind[];
  const beside = new Set(chosen.flatMap((one) => one.beside)).size;
  return [
    ...kinds.map((kind) => ({ what: words[kind], count: counts.get(kind) ?? 0 })),
    { what: 'connections counted with a finding', count: beside },
  ].filter(({ count }) => count > 0);
}

/** Why nothing can be said about a stream whose end is not normal. */
export function unknownReason({ flow, phase, end }: Stream): string {
  if (!flow.sawStart && flow.halves.client.packets + flow.halves.server.packets <= 2) {
    return 'single packets of connections that the capture does not hold';
  }
  if (phase === 'opaque')
    return 'connections with encrypted or unknown payload: whether the answer was whole cannot be seen';
  if (end.kind === 'unanswered')
    return 'connects with one SYN and no answer: the capture may have ended before it';
  if (!flow.sawStart) return 'connections whose beginning the capture does not hold';
  if (phase === 'quiet') return 'connections that ended without a byte of payload';
  return 'ends for which no rule has an explanation';
}

export function unknownCounts(scene: Scene, chosen: readonly ChosenClaim[]): Count[] {
  const claimed = claimedStreams(chosen);
  const counts = new Map<string, number>();
  for (const stream of scene.streams) {
    if (stream.normal !== undefined || claimed.has(stream)) continue;
    const reason = unknownReason(stream);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts]
    .map(([what, count]) => ({ what, count }))
    .sort((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1));
}
