// Says what a segment is, from what both sides sent before it: in the meaning of Wireshark's `tcp.analysis.*`, except
// where the state kept here knows better:
//
// - a probe of a closed window is told from a keep-alive by the window: Linux sends both in the same form;
// - a byte sent again that was not acknowledged is a retransmission, not a keep-alive of one byte;
// - late bytes that the capture has not seen yet are out of order when they come within a round trip, and otherwise sent again.

import { distance } from '../packet/sequence.ts';
import { ACK, FIN, RST, SYN } from '../packet/tcp-flags.ts';
import type { TcpPacket } from '../packet/tcp-packet.ts';
import type { HalfState } from './half-state.ts';
import { Mark } from './marks.ts';
import type { SegmentPlace } from './segment-log.ts';

// As Wireshark has it.
const REORDER_MS = 3;

/** One object for all segments. */
class Place implements SegmentPlace {
  marks = 0;
  seqOffset: number | undefined = undefined;
  ackOffset: number | undefined = undefined;
  seqMinusPeerAck: number | undefined = undefined;
}
const place = new Place();

/**
 * Places a segment among what `mine` (its sender) and `theirs` sent before it. The answer is good until the next call.
 *
 * @param isFirst - its sender sent nothing before, so `mine` only knows where it begins.
 * @param roundTripMs - of the handshake; 0 when not known.
 */
export function placeSegment(
  packet: TcpPacket,
  mine: HalfState,
  theirs: HalfState,
  isFirst: boolean,
  roundTripMs: number,
): SegmentPlace {
  const { flags, seq, ack } = packet;
  const seqOffset = mine.hasSeq ? distance(seq, mine.nextSeq) : undefined;
  place.seqOffset = isFirst ? undefined : seqOffset;
  place.ackOffset = theirs.hasSeq && (flags & ACK) !== 0 ? distance(ack, theirs.nextSeq) : undefined;
  place.seqMinusPeerAck = theirs.hasAck ? distance(seq, theirs.lastAck) : undefined;
  let marks = packet.verdict === 'wrong' ? Mark.wrongChecksum : 0;
  if ((flags & SYN) !== 0) marks |= Mark.syn;
  if ((flags & FIN) !== 0) marks |= Mark.fin;
  if ((flags & RST) !== 0) {
    place.marks = marks | Mark.rst | (isResetOutside(seq, theirs) ? Mark.outOfWindow : 0);
    return place;
  }
  place.marks = marks | plainMarks(packet, mine, theirs, seqOffset, roundTripMs);
  return place;
}

/** A reset counts when its sequence number is one that may come next (RFC 5961). */
function isResetOutside(seq: number, theirs: HalfState): boolean {
  if (!theirs.hasAck) return false;
  if (distance(seq, theirs.acked) < 0) return true;
  return theirs.rightEdge !== undefined && distance(seq, theirs.rightEdge) > 0;
}

function plainMarks(
  packet: TcpPacket,
  mine: HalfState,
  theirs: HalfState,
  seqOffset: number | undefined,
  roundTripMs: number,
): number {
  const { flags, seq, payloadBytes, window } = packet;
  const isBare = (flags & (SYN | FIN)) === 0;
  let marks = isBare && window === 0 ? Mark.zeroWindow : 0;
  if (isBare && seqOffset !== undefined) {
    const probe = probeMark(packet, seqOffset, mine, theirs);
    if (probe !== 0) return marks | probe;
    if (payloadBytes === 0) marks |= ackMark(packet, seqOffset, mine, theirs);
  }
  const length = payloadBytes + (isBare ? 0 : 1);
  if (length > 0 && seqOffset !== undefined && seqOffset < 0) {
    marks |= isLate(packet, mine, roundTripMs) ? Mark.outOfOrder : Mark.retransmission;
  }
  if (payloadBytes > 0 && theirs.rightEdge !== undefined) {
    const beyond = distance((seq + payloadBytes) | 0, theirs.rightEdge);
    if (beyond === 0) marks |= Mark.windowFull;
    if (beyond > 0) marks |= Mark.outOfWindow;
  }
  return marks;
}

function probeMark(
  { payloadBytes }: TcpPacket,
  seqOffset: number,
  mine: HalfState,
  theirs: HalfState,
): number {
  if (payloadBytes > 1) return 0;
  const isClosed = theirs.hasAck && theirs.window === 0;
  if (isClosed && seqOffset === 0 && payloadBytes === 1) return Mark.zeroWindowProbe;
  if (seqOffset !== -1) return 0;
  const isAcked = theirs.hasAck && distance(theirs.acked, mine.nextSeq) >= 0;
  if (payloadBytes === 1 && theirs.hasAck && !isAcked) return 0;
  return isClosed ? Mark.zeroWindowProbe : Mark.keepAlive;
}

function ackMark(
  { flags, ack, window }: TcpPacket,
  seqOffset: number,
  mine: HalfState,
  theirs: HalfState,
): number {
  if ((flags & ACK) === 0 || !mine.hasAck || ack !== mine.lastAck || seqOffset !== 0) return 0;
  if (window !== mine.window) return 0;
  if (window === 0) return (theirs.marks & Mark.zeroWindowProbe) === 0 ? 0 : Mark.zeroWindowProbeAck;
  if ((theirs.marks & Mark.keepAlive) !== 0) return Mark.keepAliveAck;
  return Mark.duplicateAck;
}

/** Bytes behind later ones that nobody has seen: the network mixed them up, unless they come too late for that. */
function isLate(
  { seq, flags, payloadBytes, timeMs }: TcpPacket,
  mine: HalfState,
  roundTripMs: number,
): boolean {
  if ((flags & SYN) !== 0 || payloadBytes === 0) return false;
  const position = mine.positionOf(seq);
  if (position < mine.reassembly.next || mine.reassembly.holds(position)) return false;
  return timeMs - mine.movedMs < Math.max(REORDER_MS, roundTripMs);
}
