// The first split (C1): which kind of packet was the reset? Told by flags and sequence numbers alone.

import type { Flow, Segment } from '../evidence.ts';

/**
 * `active`: RST with ACK at its sender's own next sequence number: a live socket was reset by its owner.
 * `passive`: RST without ACK at the number that the last packet acknowledged: the answer to a packet for which there is no socket.
 * `refused`: RST with ACK in answer to a SYN. `stray`: a reset that neither end can be expected to send or take.
 */
export type ResetForm = 'active' | 'passive' | 'refused' | 'stray';

export const isReset = (segment: Segment): boolean => segment.flags.includes('R');
export const isFin = (segment: Segment): boolean => segment.flags.includes('F') && !isReset(segment);
export const isSyn = (segment: Segment): boolean =>
  segment.flags.includes('S') && !segment.flags.includes('A') && !isReset(segment);
export const isSynAck = (segment: Segment): boolean =>
  segment.flags.includes('S') && segment.flags.includes('A') && !isReset(segment);

export function resetForm(segment: Segment, flow: Flow): ResetForm {
  const hasAck = segment.flags.includes('A');
  if (hasAck && flow.establishedMs === undefined && flow.sawStart && segment.from === 'server')
    return 'refused';
  if (!hasAck) {
    // Seen from far away, the packet that it answers may be some packets back.
    const answers = segment.seqMinusPeerAck === undefined || segment.seqMinusPeerAck <= 0;
    return answers || segment.seqOffset === 0 ? 'passive' : 'stray';
  }
  // A FIN of its own in between moves the number by one (the second form of a close with unread data).
  return segment.seqOffset === undefined || Math.abs(segment.seqOffset) <= 1 ? 'active' : 'stray';
}
