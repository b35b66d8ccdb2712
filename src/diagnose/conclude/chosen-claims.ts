// Which claims are believed: each stream has one cause. A cause goes before a form, the surer before the less sure,
// and among equals the order of the rules decides.

import type { Sureness } from '../finding.ts';
import type { Claim, Rule } from '../rules/rule.ts';
import type { Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';

export interface ChosenClaim {
  readonly rule: Rule;
  readonly claim: Claim;
  /** Its streams that no better claim has taken. */
  readonly streams: readonly Stream[];
  /** The same of what it explains without counting it. */
  readonly beside: readonly Stream[];
}

const rank: Readonly<Record<Sureness, number>> = { sure: 0, likely: 1, possible: 2 };

export function chosenClaims(scene: Scene, rules: readonly Rule[]): ChosenClaim[] {
  const taken = new Set<Stream>();
  const causes = chosenOf('cause', scene, rules, taken);
  // What happened is said about those streams alone for which nobody knows why.
  const rest = { ...scene, streams: scene.streams.filter((stream) => !taken.has(stream)) };
  return [...causes, ...chosenOf('form', rest, rules, taken)];
}

function chosenOf(
  level: Claim['level'],
  scene: Scene,
  rules: readonly Rule[],
  taken: Set<Stream>,
): ChosenClaim[] {
  const all = rules.flatMap((rule, order) => rule.claims(scene).map((claim) => ({ rule, claim, order })));
  const ranked = all
    .filter(({ claim }) => claim.level === level)
    .sort((a, b) => rank[a.claim.sureness] - rank[b.claim.sureness] || a.order - b.order);
  const chosen: ChosenClaim[] = [];
  for (const { rule, claim } of ranked) {
    const streams = claim.streams.filter((stream) => !taken.has(stream));
    // What is left of a cause whose streams mostly have another is not what it claimed. A form is true of each alone.
    const isMostlyTaken = claim.level === 'cause' && streams.length * 2 < claim.streams.length;
    if (isMostlyTaken || (streams.length === 0 && claim.streams.length > 0)) continue;
    const beside = (claim.beside ?? []).filter((stream) => !taken.has(stream) && !streams.includes(stream));
    for (const stream of [...streams, ...beside]) taken.add(stream);
    chosen.push({ rule, claim, streams, beside });
  }
  return chosen;
}
