// What a run of the bench measures: the plan, the quick part, or what was asked for by name. Pure.

import type { BenchArguments } from './bench-arguments.ts';
import type { Peer } from './peers/peer.ts';
import type { Scenario, Variant } from './scenario.ts';

export interface Selected {
  readonly scenario: Scenario;
  readonly variant: Variant;
  readonly rounds: number;
  /** Names of those that take turns. */
  readonly peers: readonly string[];
  /** Those that are wanted in this run, and left out here by the plan. */
  readonly leftOut: readonly string[];
}

/** Peers of `--quick`, which has no time for those that have to be built for minutes. */
const quickPeers = ['holdfast', 'epoll-c', 'go-net-http', 'nchan', 'better-sse', 'node-http'];
const NAMED_ROUNDS = 5;
const QUICK_ROUNDS = 1;

/** @param known - all peers, in the order in which they take turns. */
export function select(
  { scenarios: names, peers: given, rounds, isQuick }: BenchArguments,
  scenarios: readonly Scenario[],
  known: readonly string[],
): Selected[] {
  const wanted = given ?? (isQuick ? quickPeers : known);
  const all = (scenario: Scenario, variants: readonly Variant[], usual: number) =>
    variants.map((variant) => ({
      ...{ scenario, variant, rounds: rounds ?? usual, peers: wanted, leftOut: [] },
    }));
  return scenarios.flatMap((scenario): Selected[] => {
    const { name, variants, planned, quick } = scenario;
    const isNamed = names.includes(name);
    if (names.length > 0 && !isNamed) return [];
    // Asked for by name, a scenario that has nothing quick runs as it is.
    if (isQuick) return all(scenario, quick ?? (isNamed ? variants : []), QUICK_ROUNDS);
    if (isNamed) return all(scenario, variants, NAMED_ROUNDS);
    return planned.map((row) => ({
      ...{ scenario, variant: row.variant, rounds: rounds ?? row.rounds },
      peers: wanted.filter((peer) => row.peers?.includes(peer) ?? true),
      leftOut: wanted.filter((peer) => row.peers?.includes(peer) === false),
    }));
  });
}

/** How long that takes, in seconds, about: of peers that are here and can do it. */
export function secondsOf(
  selected: readonly Selected[],
  present: readonly Pick<Peer, 'name' | 'powers'>[],
): number {
  return selected.reduce((sum, { variant, rounds, peers }) => {
    const needs = variant.needs ?? [];
    const able = present.filter(
      ({ name, powers }) => peers.includes(name) && needs.every((power) => powers.includes(power)),
    );
    return sum + variant.seconds * rounds * able.length;
  }, 0);
}
