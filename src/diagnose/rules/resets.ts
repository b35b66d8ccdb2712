// What S06 and S07 share: a live socket that was reset by its own program.

import type { Burst, Side } from '../evidence.ts';
import { otherSide } from '../timeline/flow-end.ts';
import { isFin } from '../timeline/reset-form.ts';
import type { Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';

/** Streams that the server side ended by an active reset. A client that does so has left. */
export function activelyReset({ streams }: Scene): Stream[] {
  return streams.filter(({ end, normal, phase }) => {
    const isOpen = normal === undefined && phase !== 'connect';
    return isOpen && isActiveReset(end, 'server');
  });
}

const isActiveReset = (end: Stream['end'], side: Side) =>
  (end.kind === 'rst' && end.form === 'active' && end.by === side) || hasSecondForm(end);

const hasSecondForm = (end: Stream['end']) => end.kind === 'fin' && end.by === 'server';

/** A FIN and at once an active reset of the same side: the second form of a close with unread data. */
export function resetAfterFin({ flow, end }: Stream): Stream['end']['segment'] {
  const AT_ONCE_MS = 5;
  if (end.kind !== 'fin') return undefined;
  return flow.segments.find(
    (segment) =>
      segment.flags.includes('R') &&
      segment.flags.includes('A') &&
      !isFin(segment) &&
      segment.from === end.by &&
      segment.atMs >= end.atMs &&
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
