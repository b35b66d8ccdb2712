// Turns chosen claims into findings: the cause first, what followed from it folded below.

import type { Finding, Reason } from '../finding.ts';
import { ruleById } from '../rules/index.ts';
import type { Point } from '../rules/rule.ts';
import { type Scene, sourceCount } from '../timeline/scene.ts';
import type { ChosenClaim } from './chosen-claims.ts';
import { laddersOf } from './ladders.ts';
import { packetFilter, placeOf } from './places.ts';

const MAX_PLACES = 4;
const MAX_STREAMS = 1000;
/** What was refused so soon after a process was gone is its consequence. */
const FOLLOWS_MS = 120_000;

export function findingsOf(chosen: readonly ChosenClaim[], scene: Scene): Finding[] {
  const followers = new Map<ChosenClaim, ChosenClaim[]>();
  for (const one of chosen) {
    const cause = chosen.find((other) => other !== one && follows(one, other));
    if (cause !== undefined) followers.set(cause, [...(followers.get(cause) ?? []), one]);
  }
  const folded = new Set([...followers.values()].flat());
  return chosen
    .filter((one) => !folded.has(one))
    .map((one) =>
      finding(
        one,
        (followers.get(one) ?? []).map((other) => finding(other, [], scene)),
        scene,
      ),
    );
}

/** Connects that fail at a server whose process is gone follow from that. */
function follows({ rule, streams }: ChosenClaim, cause: ChosenClaim): boolean {
  const isConnect = ['S14', 'S13', 'C0'].includes(rule.id);
  const isGone = ['S08', 'S09', 'S10', 'S11', 'S28'].includes(cause.rule.id);
  if (!isConnect || !isGone) return false;
  const gone = new Map(cause.streams.map(({ flow, end }) => [flow.server.address, end.atMs]));
  return streams.every(({ flow }) => {
    const atMs = gone.get(flow.server.address);
    return atMs !== undefined && flow.firstMs >= atMs - 1000 && flow.firstMs - atMs <= FOLLOWS_MS;
  });
}

function finding(
  { rule, claim, streams }: ChosenClaim,
  consequences: readonly Finding[],
  scene: Scene,
): Finding {
  const refs = [...claim.why.flatMap((point) => point.refs), ...streams.flatMap(({ end }) => end.ref ?? [])];
  return {
    id: rule.id,
    title: claim.detail === undefined ? rule.page.title : `${rule.page.title}, ${claim.detail}`,
    sureness: claim.sureness,
    sources: Math.max(1, sourceCount(refs)),
    summary: claim.summary,
    why: claim.why.map((point) => reason(point, scene)),
    not: rule.apartFrom.flatMap((id) => {
      const because = ruleById.get(id)?.excludes?.(streams, scene);
      return because === undefined ? [] : [{ id, because }];
    }),
    help: unique(claim.help.length > 0 ? claim.help : rule.page.help),
    more: unique(claim.more),
    streams: streams.slice(0, MAX_STREAMS).map(({ id }) => id),
    streamCount: streams.length,
    consequences,
    ladders: laddersOf(streams, scene),
  };
}

const unique = (texts: readonly string[]) => [...new Set(texts)];

function reason({ text, refs, filter }: Point, scene: Scene): Reason {
  const seen = new Set<string>();
  const inOrder = refs.toSorted((a, b) => a.source - b.source || a.at - b.at);
  const places = inOrder.flatMap((ref) => {
    const key = `${ref.source} ${ref.at}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [placeOf(ref, scene.evidence)];
  });
  const shown = places.slice(0, MAX_PLACES);
  const exact = places.length === 1 && places[0]!.kind === 'packet' ? packetFilter(places[0]!) : undefined;
  return {
    text,
    places: shown,
    placesLeftOut: places.length - shown.length,
    ...((filter ?? exact) !== undefined && { filter: filter ?? exact! }),
  };
}
