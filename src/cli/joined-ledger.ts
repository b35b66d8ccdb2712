// The ledgers of two parts of a run as one. Each part had streams, topics and numbers of its own, so they add up; a part
// without a ledger makes the whole inexact, and what it lost stays unknown.

import type { LedgerFigures, LossBlocks } from '../load/result.ts';

/** @param doneMs - when the earlier part ended: the losses of the rest move by so much. */
export function joinedLedger(
  rest: LedgerFigures,
  before: LedgerFigures | undefined,
  doneMs: number,
): LedgerFigures {
  if (before === undefined)
    return { ...rest, exact: false, losses: rest.losses && movedBy(doneMs, rest.losses) };
  return {
    expected: before.expected + rest.expected,
    delivered: before.delivered + rest.delivered,
    lost: before.lost + rest.lost,
    repeated: before.repeated + rest.repeated,
    outOfOrder: before.outOfOrder + rest.outOfOrder,
    late: before.late + rest.late,
    exact: before.exact && rest.exact,
    resumedReconnects: before.resumedReconnects + rest.resumedReconnects,
    lossyReconnects: before.lossyReconnects + rest.lossyReconnects,
    losses: joinedLosses(before, rest, doneMs),
  };
}

/** A part without a loss has no blocks; a part that could not place its losses leaves all of them without a place. */
function joinedLosses(before: LedgerFigures, rest: LedgerFigures, doneMs: number): LossBlocks | undefined {
  const blockMs = (before.losses ?? rest.losses)?.blockMs;
  if (blockMs === undefined) return undefined;
  for (const { lost, losses } of [before, rest])
    if (losses === undefined ? lost > 0 : losses.blockMs !== blockMs) return undefined;
  const known = before.losses ?? rest.losses!;
  const share = (before.losses ? before : rest).expected / known.blocks;
  // As many blocks as its deliveries would fill.
  const blocksOf = ({ losses, expected }: LedgerFigures) => losses?.blocks ?? Math.round(expected / share);
  return {
    blockMs,
    blocks: blocksOf(before) + blocksOf(rest),
    lossy: [
      ...(before.losses?.lossy ?? []),
      ...(rest.losses === undefined ? [] : movedBy(doneMs, rest.losses).lossy),
    ],
  };
}

function movedBy(ms: number, losses: LossBlocks): LossBlocks {
  return { ...losses, lossy: losses.lossy.map((block) => ({ ...block, atMs: block.atMs + ms })) };
}
