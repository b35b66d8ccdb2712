// One TCP connection while its packets are read. Sides are 0 (who sent the first packet seen) and 1 until the end, when it
// is known which of them is the client.

import type { Endpoint, Flow, IcmpError, Side } from '../../../evidence.ts';
import { Conversation, type ConversationAllowances } from '../content/conversation.ts';
import { addressText } from '../packet/address.ts';
import { advance, distance } from '../packet/sequence.ts';
import { ACK, FIN, RST, SYN } from '../packet/tcp-flags.ts';
import { readTcpOptions } from '../packet/tcp-options.ts';
import type { TcpPacket } from '../packet/tcp-packet.ts';
import type { Allowance } from './allowance.ts';
import { placeSegment } from './analysis.ts';
import type { DoubleFilter } from './double-filter.ts';
import { HalfState } from './half-state.ts';
import { Mark } from './marks.ts';
import { Reassembly } from './reassembly.ts';
import { SegmentLog } from './segment-log.ts';

/** How much all flows of a capture may keep together. */
export interface FlowAllowances extends ConversationAllowances {
  readonly segments: Allowance;
  /** Bytes that wait for a gap to be filled. */
  readonly heldBytes: Allowance;
}

/** What all flows of a capture share. */
export interface FlowShared {
  readonly allowances: FlowAllowances;
  readonly doubles: DoubleFilter;
}

const MAX_ICMP_ERRORS = 16;
// A shift above 14 is to be taken for 14 (RFC 7323 2.3).
const MAX_SHIFT = 14;
const UNSCALED = SYN;

const NOT_IN_STREAM = Mark.rst | Mark.keepAlive | Mark.zeroWindowProbe | Mark.outOfWindow;

export class FlowState {
  readonly streamIndex: number;
  readonly endpoints: readonly [Endpoint, Endpoint];
  readonly halves: readonly [HalfState, HalfState];
  /** Second copies of packets. */
  doubled = 0;
  readonly #firstMs: number;
  #lastMs: number;
  readonly #sawStart: boolean;
  #synFrom: 0 | 1 | undefined;
  #synMs = 0;
  #synAckMs: number | undefined;
  #roundTripMs = 0;
  #establishedMs: number | undefined;
  readonly #doubles: DoubleFilter;
  readonly #segments: SegmentLog;
  readonly #conversation: Conversation;
  readonly #icmpErrors: (Omit<IcmpError, 'ref' | 'about'> & { packet: number; about: 0 | 1 })[] = [];

  /** @param packet - its first; it is not counted yet. */
  constructor(streamIndex: number, packet: TcpPacket, { allowances, doubles }: FlowShared) {
    this.#doubles = doubles;
    const { bytes, addressesAt, addressBytes, ipVersion, flags } = packet;
    this.streamIndex = streamIndex;
    this.endpoints = [
      { address: addressText(bytes, addressesAt, ipVersion), port: packet.sourcePort },
      { address: addressText(bytes, addressesAt + addressBytes, ipVersion), port: packet.destinationPort },
    ];
    this.#firstMs = this.#lastMs = packet.timeMs;
    this.#sawStart = (flags & (SYN | ACK)) === SYN;
    this.#segments = new SegmentLog(allowances.segments);
    this.#conversation = new Conversation(allowances, this.#sawStart, () => this.#client().side);
    const half = (side: 0 | 1) =>
      new HalfState(new Reassembly(this.#conversation.sinks[side], allowances.heldBytes), allowances.bursts);
    this.halves = [half(0), half(1)];
  }

  /** Whether a SYN of this side begins a new connection on the same ports. */
  isOver(side: 0 | 1, synSeq: number): boolean {
    const [a, b] = this.halves;
    const hasEnded = a.hasReset || b.hasReset || a.finPosition !== undefined || b.finPosition !== undefined;
    const mine = this.halves[side];
    return hasEnded || (mine.hasSeq && mine.synSeq !== synSeq);
  }

  take(packet: TcpPacket, side: 0 | 1): void {
    const mine = this.halves[side];
    const theirs = this.halves[side === 0 ? 1 : 0];
    if (this.#doubles.isDouble(packet, this.streamIndex * 2 + side)) {
      this.doubled++;
      return;
    }
    this.#lastMs = Math.max(this.#lastMs, packet.timeMs);
    this.#count(packet, mine);
    const isFirst = !mine.hasSeq;
    if (isFirst && (packet.flags & (SYN | RST)) === 0) mine.begin(beginningOf(packet, theirs), packet.timeMs);
    const place = placeSegment(packet, mine, theirs, isFirst, this.#roundTripMs);
    if (isFirst && (packet.flags & SYN) !== 0) mine.begin(advance(packet.seq, 1), packet.timeMs);
    mine.marks = place.marks;
    if ((place.marks & Mark.retransmission) !== 0) mine.retransmissions++;
    if ((place.marks & Mark.zeroWindow) !== 0) mine.zeroWindows++;
    this.#segments.add(packet, side, place);
    if ((packet.flags & SYN) !== 0) this.#takeSyn(packet, side);
    if ((packet.flags & ACK) !== 0) this.#takeAck(packet, side);
    if ((packet.flags & RST) !== 0) mine.hasReset = true;
    if ((place.marks & NOT_IN_STREAM) === 0) this.#takeContent(packet, mine, theirs);
    if (mine.reassembly.isWaiting) settle(mine, theirs, packet.timeMs);
    if (theirs.reassembly.isWaiting) settle(theirs, mine, packet.timeMs);
  }

  /** @param about - whose packet it quotes. */
  takeIcmpError(packet: TcpPacket, about: 0 | 1, address: string, type: number, code: number): void {
    if (this.#icmpErrors.length >= MAX_ICMP_ERRORS) return;
    this.#icmpErrors.push({ packet: packet.number, atMs: packet.timeMs, address, type, code, about });
  }

  toEvidence(source: number, name: string): Flow {
    for (const [mine, theirs] of [this.halves, this.halves.toReversed()] as [HalfState, HalfState][]) {
      mine.reassembly.end(ackedPosition(mine, theirs));
    }
    const { side: client, by } = this.#client();
    const server = client === 0 ? 1 : 0;
    const sides: readonly [Side, Side] = client === 0 ? ['client', 'server'] : ['server', 'client'];
    const exchanges = this.#conversation.exchanges(source, sides);
    const http2 = this.#conversation.http2(source, sides);
    const tls = this.#conversation.tls(source, sides);
    return {
      id: `${name} tcp.stream ${this.streamIndex}`,
      source,
      streamIndex: this.streamIndex,
      client: this.endpoints[client],
      server: this.endpoints[server],
      sidesBy: by,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      sawStart: this.#sawStart,
      ...(this.#establishedMs !== undefined && { establishedMs: this.#establishedMs }),
      halves: {
        client: this.halves[client].toEvidence(source),
        server: this.halves[server].toEvidence(source),
      },
      segments: this.#segments.toEvidence(source, sides, (from, packet, endSeq, isProbe) =>
        this.#isUnanswered(from, packet, endSeq, isProbe),
      ),
      segmentsLeftOut: this.#segments.leftOut,
      icmpErrors: this.#icmpErrors.map(({ packet, about, ...error }) => ({
        ref: { source, at: packet },
        ...error,
        about: sides[about],
      })),
      exchanges: exchanges.list,
      exchangesLeftOut: exchanges.leftOut,
      ...(http2 && { http2 }),
      ...(tls && { tls }),
    };
  }

  #count(packet: TcpPacket, mine: HalfState): void {
    mine.packets++;
    mine.lastPacket = packet.number;
    if ((packet.flags & RST) === 0) mine.countTtl(packet.ttl);
    if (packet.payloadBytes > mine.largestPayload) mine.largestPayload = packet.payloadBytes;
    if (packet.verdict === 'wrong') mine.wrongChecksums++;
  }

  #takeSyn(packet: TcpPacket, side: 0 | 1): void {
    const mine = this.halves[side];
    const options = readTcpOptions(packet.bytes, packet.optionsAt, packet.optionsEnd);
    mine.synSeq ??= packet.seq;
    const theirs = this.halves[side === 0 ? 1 : 0];
    const scale = options?.windowScale;
    const isAnswer = (packet.flags & ACK) !== 0;
    if (isAnswer) {
      // Only where both have the option is either window scaled (RFC 7323 1.3).
      mine.shift = Math.min(scale ?? 0, MAX_SHIFT);
      if (scale === undefined) theirs.shift = 0;
      else if (theirs.synScale === undefined && theirs.synSeq !== undefined) mine.shift = 0;
      else if (theirs.synScale !== undefined) theirs.shift = theirs.synScale;
      if (this.#synFrom === undefined) this.#synFrom = side === 0 ? 1 : 0;
      else if (this.#synAckMs === undefined) this.#roundTripMs = packet.timeMs - this.#synMs;
      this.#synAckMs ??= packet.timeMs;
    } else {
      mine.synScale = scale === undefined ? undefined : Math.min(scale, MAX_SHIFT);
      if (this.#synFrom === undefined) {
        this.#synFrom = side;
        this.#synMs = packet.timeMs;
      }
    }
  }

  #takeAck({ flags, ack, window, timeMs }: TcpPacket, side: 0 | 1): void {
    const mine = this.halves[side];
    if (!mine.hasAnswered || distance(ack, mine.answered) > 0) mine.answered = ack;
    mine.hasAnswered = true;
    // A reset acknowledges nothing and allows nothing.
    if ((flags & RST) !== 0) return;
    mine.lastAck = ack;
    if (!mine.hasAck || distance(ack, mine.acked) > 0) mine.acked = ack;
    mine.hasAck = true;
    mine.window = window;
    const shift = (flags & UNSCALED) !== 0 ? 0 : mine.shift;
    if (shift !== undefined) {
      const edge = advance(ack, window * 2 ** shift);
      if (mine.rightEdge === undefined || distance(edge, mine.rightEdge) > 0) mine.rightEdge = edge;
    }
    if (this.#synAckMs !== undefined && this.#synFrom === side && (flags & SYN) === 0) {
      if (this.#establishedMs === undefined) {
        this.#establishedMs = timeMs;
        // A capture near the server has the round trip in the other half of the handshake.
        this.#roundTripMs = Math.max(this.#roundTripMs, timeMs - this.#synAckMs);
      }
    }
  }

  #takeContent(packet: TcpPacket, mine: HalfState, theirs: HalfState): void {
    const { flags, payloadBytes, payloadAt, payloadEnd, number, timeMs } = packet;
    const firstSeq = (flags & SYN) === 0 ? packet.seq : advance(packet.seq, 1);
    const position = mine.positionOf(firstSeq);
    mine.advanceTo(packet.seq, payloadBytes + ((flags & SYN) === 0 ? 0 : 1) + (flags & FIN), timeMs);
    if ((flags & FIN) !== 0) mine.finPosition ??= position + payloadBytes;
    if (payloadBytes === 0 || position < 0) return;
    if (position + payloadBytes > mine.reassembly.next && !mine.reassembly.holds(position)) {
      mine.bursts.add(number, timeMs, payloadBytes);
    }
    mine.reassembly.add(position, packet.bytes, payloadAt, payloadEnd, payloadBytes, number, timeMs);
    if (!theirs.hasSeq) mine.reassembly.settle(Number.POSITIVE_INFINITY, timeMs);
  }

  #client(): { readonly side: 0 | 1; readonly by: Flow['sidesBy'] } {
    if (this.#synFrom !== undefined) return { side: this.#synFrom, by: 'syn' };
    const byContent = this.#conversation.client;
    if (byContent !== undefined) return byContent;
    // Servers listen on the lower port.
    const [a, b] = this.endpoints;
    return { side: a.port >= b.port ? 0 : 1, by: 'port' };
  }

  #isUnanswered(from: 0 | 1, packet: number, endSeq: number, isProbe: boolean): boolean {
    const theirs = this.halves[from === 0 ? 1 : 0];
    if (isProbe) return theirs.lastPacket < packet;
    return !theirs.hasAnswered || distance(theirs.answered, endSeq) < 0;
  }
}

/** Where a side begins whose SYN is not seen: a keep-alive lies one byte before what was acknowledged. */
function beginningOf({ seq, payloadBytes }: TcpPacket, theirs: HalfState): number {
  const isKeepAlive = theirs.hasAck && payloadBytes <= 1 && distance(theirs.lastAck, seq) === 1;
  return isKeepAlive ? theirs.lastAck : seq;
}

function settle(mine: HalfState, theirs: HalfState, nowMs: number): void {
  mine.reassembly.settle(ackedPosition(mine, theirs), nowMs);
}

/** How far the payload of one side was acknowledged: without the position of its FIN. */
function ackedPosition(mine: HalfState, theirs: HalfState): number {
  if (!theirs.hasAck) return theirs.hasSeq ? 0 : Number.POSITIVE_INFINITY;
  const acked = mine.positionOf(theirs.acked);
  return mine.finPosition === undefined ? acked : Math.min(acked, mine.finPosition);
}
