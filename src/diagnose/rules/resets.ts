// What S06 and S07 share: a live socket that was reset by its own program.

import type { Burst } from '../evidence.ts';
import { otherSide } from '../timeline/flow-end.ts';
import { isFin } from '../timeline/reset-form.ts';
import type { Scene } from '../timeline/scene.ts';
import { isKnown, type Stream } from '../timeline/stream.ts';

/** Streams that a live socket of the server side closed, by FIN or reset. A client that does so has left. */
export function closedBySocket({ streams }: Scene): Stream[] {
  return streams.filter((stream) => {
    const { end, normal, phase } = stream;
    const isOpen = normal === undefined && phase !== 'connect';
    // A lone reset says nothing about the connection that it ended.
    return isOpen && isKnown(stream) && isClosedBySocket(end);
  });
}

const isClosedBySocket = ({ kind, form, by }: Stream['end']) =>
  by === 'server' && (kind === 'fin' || (kind === 'rst' && form === 'active'));

/** Between shutdown and close of a process on a busy machine. */
const AT_ONCE_MS = 100;

/** A FIN and at once an active reset of the same side: the second form of a close with unread data. */
export function resetAfterFin({ flow, end }: Stream): Stream['end']['segment'] {
  if (end.kind !== 'fin') return undefined;
  return flow.segments.find(
    (segment) =>
      segment.flags.includes('R') &&
      segment.flags.includes('A') &&
      !isFin(segment) &&
      segment.from === end.by &&
      segment.atMs >= end.atMs &&
      segment.seqOffset === 0 &&
      segment.atMs - end.atMs <= AT_ONCE_MS,
  );
}

/**
 * Payload that the side which reset had been sent and that nothing it sent answers: more of a request whose body is not whole,
 * bytes after the request, or (in payload that cannot be read) a last word of the other side.
 */
export function unreadPayload({ exchange, flow, end }: Stream): Burst | undefined {
  const talker = otherSide(end.by ?? 'server');
  const last = flow.halves[talker].bursts.findLast(({ atMs }) => atMs <= end.atMs + 1);
  if (last === undefined) return undefined;
  if (exchange !== undefined && talker === 'client') {
    const whole = exchange.requestComplete;
    if (whole === undefined) return last;
    return last.untilMs > whole.atMs + 1 ? last : undefined;
  }
  const answered = flow.halves[otherSide(talker)].bursts.some(({ untilMs }) => untilMs > last.untilMs);
  return answered ? undefined : last;
}
