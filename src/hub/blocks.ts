// The blocks that a hub itself says on a stream: its first bytes, gaps, heartbeats and its end. Pure: ids in,
// bytes out.

import { formatId } from '../log/event-id.ts';
import { type EndReason, encodeControl, encodeCursor, encodeRetry } from '../wire/index.ts';
import type { LogExtent, Start } from './start-position.ts';

/** The first bytes of a stream: reconnect delay and cursor, what is missing, and that it was resumed. */
export function firstBlocks(start: Start, log: LogExtent, retryMs: number): Buffer {
  const from = formatId(log.epoch, start.position);
  const resumed = start.isResume
    ? encodeControl({ kind: 'resumed', from, head: formatId(log.epoch, log.head) })
    : '';
  if (start.gap === undefined) return Buffer.from(encodeCursor(from, retryMs) + resumed);
  // No cursor before the gap: a cut between the two would have the client resume behind the loss and never
  // hear of it.
  const gap = encodeControl({ kind: 'gap', ...start.gap, to: from }, from);
  return Buffer.from(encodeRetry(retryMs) + gap + resumed);
}

/** Says that what was between two positions is gone, and moves the cursor behind it. */
export function gapBlock(epoch: string, from: number, to: number): Buffer {
  const id = formatId(epoch, to);
  return Buffer.from(
    encodeControl({ kind: 'gap', reason: 'trimmed', from: formatId(epoch, from), to: id }, id),
  );
}

/** A heartbeat: the position up to which a stream is complete. */
export function heartbeatBlock(epoch: string, position: number): Buffer {
  return Buffer.from(encodeCursor(formatId(epoch, position)));
}

/** The last block of a stream that the hub ends. */
export function endBlock(reason: EndReason, epoch: string, position: number): Buffer {
  return Buffer.from(encodeControl({ kind: 'end', reason }, formatId(epoch, position)));
}
