// The tables that people read on the terminal. Pure.

import { formatQuantity, formatRatio } from '../src/report/quantity.ts';
import { type FigureName, type Figures, figureTable } from './figures.ts';
import type { VariantOutcome } from './outcome.ts';
import { ratiosOf, type Spread, spreadOf } from './statistics.ts';
import type { TargetOutcome } from './targets.ts';

const OURS = 'holdfast';

/** A heading, a row a peer, what failed, and the targets. */
export function variantText(
  outcome: VariantOutcome,
  columns: readonly FigureName[],
  peers: readonly string[],
): string {
  const lines = [`${outcome.scenario}: ${outcome.title}`];
  const table = variantTable(outcome, columns, peers);
  if (table.length > 1) lines.push(...alignedTable(table));
  lines.push(...variantNotes(outcome));
  return lines.map((line, i) => (i === 0 ? line : `  ${line}`)).join('\n');
}

/** The head and a row for each peer that has figures. */
export function variantTable(
  outcome: VariantOutcome,
  columns: readonly FigureName[],
  peers: readonly string[],
): string[][] {
  const rounds = roundsByPeer(outcome, peers);
  const shown = columns.filter((name) =>
    [...rounds.values()].some((all) => all.some((figures) => figures?.[name] !== undefined)),
  );
  const rows = peers
    .filter((peer) => rounds.get(peer)!.some((figures) => figures !== undefined))
    .map((peer) => [peer, ...shown.flatMap((name) => cells(name, peer, rounds))]);
  const head = [
    '',
    ...shown.flatMap((name) => [figureTable[name].label, ...(isCompared(name) ? [`${OURS} /`] : [])]),
  ];
  return [head, ...rows];
}

/** What failed, who cannot or did not, and the targets: a line each. */
export function variantNotes({ turns, unable, leftOut, targets }: VariantOutcome): string[] {
  const failed = turns.filter(({ problem }) => problem !== undefined);
  return [
    ...failed.map(({ peer, round, problem }) => `! ${peer}, round ${round}: ${problem}`),
    ...Object.entries(unable).map(([peer, lacks]) => `- ${peer} cannot: ${lacks}`),
    ...(leftOut.length > 0 ? [`- not measured here: ${leftOut.join(', ')}`] : []),
    ...targets.map(targetText),
  ];
}

/** `met: CPU an event 0.53x of epoll-c (asked: at most 0.60x)` */
export function targetText({ figure, atMost, peer, value, isMet }: TargetOutcome): string {
  const write = (amount: number) => (peer === undefined ? figureText(figure, amount) : formatRatio(amount));
  const whose = peer === undefined ? '' : ` of ${peer}`;
  const { label } = figureTable[figure];
  return `${isMet ? 'met' : 'MISSED'}: ${label} ${write(value.median)}${whose} (asked: at most ${write(atMost)})`;
}

/** What each peer's rounds came to, in the order of the rounds; undefined where a turn has no figures. */
export function roundsByPeer(
  { turns }: Pick<VariantOutcome, 'turns'>,
  peers: readonly string[],
): Map<string, (Figures | undefined)[]> {
  const rounds = Math.max(0, ...turns.map(({ round }) => round));
  const figuresOf = (peer: string) =>
    Array.from(
      { length: rounds },
      (_, i) => turns.find((turn) => turn.peer === peer && turn.round === i + 1)?.figures,
    );
  return new Map(peers.map((peer) => [peer, figuresOf(peer)]));
}

/** A value with its spread, and how many times it Holdfast's is. */
function cells(
  name: FigureName,
  peer: string,
  rounds: ReadonlyMap<string, readonly (Figures | undefined)[]>,
): string[] {
  const of = (who: string) => (rounds.get(who) ?? []).map((figures) => figures?.[name]);
  const value = spreadOf(of(peer));
  const written = value === undefined ? '-' : spreadText(value, (amount) => figureText(name, amount));
  if (!isCompared(name)) return [written];
  const ratio = peer === OURS ? undefined : spreadOf(ratiosOf(of(OURS), of(peer)));
  return [written, ratio === undefined ? '' : spreadText(ratio, formatRatio)];
}

const isCompared = (name: FigureName) => 'isCompared' in figureTable[name];

function spreadText({ median, min, max, rounds }: Spread, write: (amount: number) => string): string {
  return rounds === 1 || min === max ? write(median) : `${write(median)} (${write(min)} to ${write(max)})`;
}

function figureText(name: FigureName, amount: number): string {
  const { unit } = figureTable[name];
  return unit === 'times' ? formatRatio(amount) : formatQuantity(amount, unit);
}

/** The first column to the left, the others to the right. */
export function alignedTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
