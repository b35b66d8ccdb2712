// Where a new stream starts, from what the client says and what the log has. Pure: the rules 4, 5 and 6 of
// the protocol (docs/protocol.md) in one place.

import { formatId, parseId } from '../log/event-id.ts';
import type { GapReason } from '../wire/index.ts';

/** What the client says about where to start; undefined or empty where it says nothing. */
export interface StartRequest {
  /** The `Last-Event-ID` header. */
  readonly lastEventIdHeader: string | undefined;
  /** The `lastEventId` parameter. */
  readonly lastEventIdQuery: string | undefined;
  /** The `from` parameter was `earliest`. */
  readonly fromEarliest: boolean;
}

/** What the log has. */
export interface LogExtent {
  readonly epoch: string;
  readonly head: number;
  readonly oldest: number;
}

export interface Start {
  /** The stream is complete up to here and goes on after it. */
  readonly position: number;
  /** The client asked to go on from an id. */
  readonly isResume: boolean;
  /** The client's id cannot be gone on from: why, and the id (empty when it was no id at all). */
  readonly gap: { readonly reason: GapReason; readonly from: string } | undefined;
}

/** EventSource reconnects to the same URL, so its header must win over every parameter. */
export function chooseStart(request: StartRequest, log: LogExtent): Start {
  const lastEventId = request.lastEventIdHeader || request.lastEventIdQuery;
  if (lastEventId) return resumeFrom(lastEventId, log);
  return { position: request.fromEarliest ? log.oldest - 1 : log.head, isResume: false, gap: undefined };
}

function resumeFrom(lastEventId: string, log: LogExtent): Start {
  const id = parseId(lastEventId);
  // Text that is no id is never sent back: it may hold anything.
  if (id === undefined) return resumeWithGap('unknown', '', log.head);
  const from = formatId(id.epoch, id.seq);
  if (id.epoch !== log.epoch) return resumeWithGap('epoch', from, log.oldest - 1);
  if (id.seq > log.head) return resumeWithGap('unknown', from, log.head);
  if (id.seq < log.oldest - 1) return resumeWithGap('trimmed', from, log.oldest - 1);
  return { position: id.seq, isResume: true, gap: undefined };
}

function resumeWithGap(reason: GapReason, from: string, position: number): Start {
  return { position, isResume: true, gap: { reason, from } };
}
