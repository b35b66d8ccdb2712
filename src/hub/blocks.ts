// The blocks that a hub itself says on a stream: its first bytes, gaps, heartbeats and its end. Pure: ids in,
// chunks out.

import { formatId } from '../log/event-id.ts';
import { type EndReason, encodeControl, encodeCursor, encodeRetry } from '../wire/index.ts';
import { Chunk } from './chunk.ts';
import type { LogExtent, Start } from './start-position.ts';

/** The first bytes of a stream: reconnect delay and cursor, what is missing, and that it was resumed. */
export function firstBlocks(start: Start, log: LogExtent, retryMs: number): Chunk {
  const from = formatId(log.epoch, start.position);
  const resumed = start.isResume
    ? encodeControl({ kind: 'resumed', from, head: formatId(log.epoch, log.head) })
    : '';
  if (start.gap === undefined) return Chunk.ofText(encodeCursor(from, retryMs) + resumed);
  // No cursor before the gap: a cut between the two would have the client resume behind the loss and never
  // hear of it.
  const gap = encodeControl({ kind: 'gap', ...start.gap, to: from }, from);
  return Chunk.ofText(encodeRetry(retryMs) + gap + resumed);
}

/** Says that what was between two positions is gone, and moves the cursor behind it. */
export function gapBlock(epoch: string, from: number, to: number): Chunk {
  const id = formatId(epoch, to);
  return Chunk.ofText(
    encodeControl({ kind: 'gap', reason: 'trimmed', from: formatId(epoch, from), to: id }, id),
  );
}

/** A heartbeat: the position up to which a stream is complete. */
export function heartbeatBlock(epoch: string, position: number): Chunk {
  return Chunk.ofText(encodeCursor(formatId(epoch, position)));
}

/** The last block of a stream that the hub ends; with `retryMs`, the client waits so long before it comes back. */
export function endBlock(reason: EndReason, epoch: string, position: number, retryMs?: number): Chunk {
  const retry = retryMs === undefined ? '' : encodeRetry(retryMs);
  return Chunk.ofText(retry + encodeControl({ kind: 'end', reason }, formatId(epoch, position)));
}
