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
const levels = { cause: 0, form: 1 } as const;

export function chosenClaims(scene: Scene, rules: readonly Rule[]): ChosenClaim[] {
  const all = rules.flatMap((rule, order) => rule.claims(scene).map((claim) => ({ rule, claim, order })));
  all.sort(
    (a, b) =>
      levels[a.claim.level] - levels[b.claim.level] ||
      rank[a.claim.sureness] - rank[b.claim.sureness] ||
      a.order - b.order,
  );
  const taken = new Set<Stream>();
  const chosen: ChosenClaim[] = [];
  for (const { rule, claim } of all) {
    const streams = claim.streams.filter((stream) => !taken.has(stream));
    // What is left of a claim whose streams mostly have another cause is not what it claimed.
    if (streams.length * 2 < claim.streams.length || (streams.length === 0 && claim.streams.length > 0))
      continue;
    const beside = (claim.beside ?? []).filter((stream) => !taken.has(stream) && !streams.includes(stream));
    for (const stream of [...streams, ...beside]) taken.add(stream);
    chosen.push({ rule, claim, streams, beside });
  }
  return chosen;
}
