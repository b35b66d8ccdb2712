// Several runs side by side. Runs of one peer are its rounds; the first peer is what the others are measured
// against, round by round, since two rounds that ran beside each other met the same machine.

import { type Figure, figureGroups, lessIsBetter, moreIsBetter } from './figures.ts';
import type { Unit } from './quantity.ts';
import type { RunResult } from './run-result.ts';

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Peer {
  readonly name: string;
  /** Indices of its runs, in the order given. */
  readonly rounds: readonly number[];
}

export interface ComparisonCell {
  readonly value: Spread;
  /** Of the first peer's figure in the same round; absent for the first peer, and where that figure is 0 or missing. */
  readonly ratio: Spread | undefined;
}

export interface ComparisonRow {
  readonly id: string;
  readonly label: string;
  readonly unit: Unit;
  readonly better: 'less' | 'more' | undefined;
  /** One for each peer; undefined where it was not measured. */
  readonly cells: readonly (ComparisonCell | undefined)[];
}

export interface Comparison {
  readonly peers: readonly Peer[];
  readonly rows: readonly ComparisonRow[];
  /** What a reader must know: rounds that have no counterpart. */
  readonly notes: readonly string[];
}

/** Which runs are rounds of one peer: equal label, or equal URL where there is no label. */
export function peersOf(results: readonly RunResult[], nameOf: (result: RunResult) => string): Peer[] {
  const peers = Map.groupBy(results.keys(), (i) => nameOf(results[i]!));
  return Array.from(peers, ([name, rounds]) => ({ name, rounds }));
}

export function compareRuns(results: readonly RunResult[], peers: readonly Peer[]): Comparison {
  const figures = results.map((result) => {
    const all = figureGroups(result).flatMap((group) => group.figures);
    return new Map(all.map((figure) => [figure.id, figure]));
  });
  const compared = new Map(figures.flatMap((map) => [...map]).filter(([id]) => compares(id)));
  const rows = Array.from(compared.values(), (figure) => compareFigure(figure, peers, figures));
  return { peers, rows, notes: notesOf(peers) };
}

const compares = (id: string) => lessIsBetter.has(id) || moreIsBetter.has(id) || id === 'streamsPeak';

type FiguresOfRun = ReadonlyMap<string, Figure>;

function compareFigure(
  { id, label, unit }: Figure,
  peers: readonly Peer[],
  figures: readonly FiguresOfRun[],
): ComparisonRow {
  const valuesOf = (peer: Peer) => peer.rounds.map((run) => figures[run]!.get(id)?.value);
  const base = valuesOf(peers[0]!);
  const cells = peers.map((peer, i) => {
    const values = valuesOf(peer);
    const value = spreadOf(values);
    if (value === undefined) return undefined;
    const ratios = values.map((own, round) => {
      const other = base[round];
      return own === undefined || other === undefined || other === 0 ? undefined : own / other;
    });
    return { value, ratio: i === 0 ? undefined : spreadOf(ratios) };
  });
  const better = lessIsBetter.has(id) ? 'less' : moreIsBetter.has(id) ? 'more' : undefined;
  return { id, label, unit, better, cells };
}

function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

function notesOf(peers: readonly Peer[]): string[] {
  const counts = peers.map((peer) => peer.rounds.length);
  const fewest = Math.min(...counts);
  const notes: string[] = [];
  if (counts.some((count) => count !== counts[0])) {
    notes.push(
      `The peers have ${counts.join(', ')} rounds; a ratio is taken only where both have the round.`,
    );
  }
  if (peers.length > 1 && fewest < 3) {
    notes.push(
      `With ${fewest} ${fewest === 1 ? 'round' : 'rounds'} the spread says little; take 5, in turns.`,
    );
  }
  return notes;
}
