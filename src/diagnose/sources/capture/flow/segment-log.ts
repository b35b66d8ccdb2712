// The segments of a flow that are worth keeping: those with a mark, and the last 32 of any kind.
//
//   every segment -> recent (ring of 32) -> overwritten: with a mark -> marked (first 32, last 64)
//                                                        without     -> gone

import type { Segment, Side, TcpOptions } from '../../../evidence.ts';
import { unsigned } from '../packet/sequence.ts';
import { flagLetters } from '../packet/tcp-flags.ts';
import { readTcpOptions } from '../packet/tcp-options.ts';
import type { TcpPacket } from '../packet/tcp-packet.ts';
import type { Allowance } from './allowance.ts';
import { KeptEnds, type KeptEndsBounds } from './kept-ends.ts';
import { Mark, markNames } from './marks.ts';

const RECENT = 32;
// Kept whatever the other flows keep.
const SURE_RECENT = 6;
const MARKED: KeptEndsBounds = { first: 32, last: 64, sure: 6 };

// A host whose card finishes the checksums has this mark on all that it sends.
const KEEPING_MARKS = ~Mark.wrongChecksum;

const MAX_TEXT_BYTES = 256;
// NOP, NOP, timestamps: what nearly every segment of most systems has. Its options are kept as two numbers.
const PLAIN_TIMESTAMPS = 0x0101080a;
const PLAIN_TIMESTAMPS_BYTES = 12;
const TIMESTAMPS_ONLY = Object.freeze([8]);

class SegmentSlot {
  packet = 0;
  timeMs = 0;
  /** 0 or 1. */
  from = 0;
  flags = 0;
  seq = 0;
  ack = 0;
  window = 0;
  bytes = 0;
  ttl = 0;
  ipId = 0;
  marks = 0;
  seqOffset: number | undefined = undefined;
  ackOffset: number | undefined = undefined;
  seqMinusPeerAck: number | undefined = undefined;
  hasPlainTimestamps = false;
  timestamp = 0;
  timestampEcho = 0;
  options: TcpOptions | undefined = undefined;
  text: string | undefined = undefined;
}

/** What the analysis found about a segment. */
export interface SegmentPlace {
  readonly marks: number;
  readonly seqOffset: number | undefined;
  readonly ackOffset: number | undefined;
  readonly seqMinusPeerAck: number | undefined;
}

export class SegmentLog {
  readonly #recent: SegmentSlot[] = [];
  readonly #marked: KeptEnds<SegmentSlot>;
  readonly #allowance: Allowance;
  #oldest = 0;
  #isFull = false;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
    this.#marked = new KeptEnds(MARKED, allowance);
  }

  get leftOut(): number {
    return this.#marked.leftOut;
  }

  add(packet: TcpPacket, from: 0 | 1, place: SegmentPlace): void {
    const slot = this.#nextSlot();
    slot.packet = packet.number;
    slot.timeMs = packet.timeMs;
    slot.from = from;
    slot.flags = packet.flags;
    slot.seq = packet.seq;
    slot.ack = packet.ack;
    slot.window = packet.window;
    slot.bytes = packet.payloadBytes;
    slot.ttl = packet.ttl;
    slot.ipId = packet.ipId;
    slot.marks = place.marks;
    slot.seqOffset = place.seqOffset;
    slot.ackOffset = place.ackOffset;
    slot.seqMinusPeerAck = place.seqMinusPeerAck;
    slot.text = (place.marks & Mark.rst) === 0 ? undefined : textOf(packet);
    this.#keepOptions(slot, packet);
  }

  /**
   * The segments in order of time.
   *
   * @param isUnanswered - asked for each at the end, when it is known what came later.
   */
  toEvidence(
    source: number,
    sides: readonly [Side, Side],
    isUnanswered: (from: 0 | 1, packet: number, endSeq: number, isProbe: boolean) => boolean,
  ): Segment[] {
    const recent = [...this.#recent.slice(this.#oldest), ...this.#recent.slice(0, this.#oldest)];
    return [...this.#marked.list(), ...recent].map((slot) => {
      const isProbe = (slot.marks & (Mark.keepAlive | Mark.zeroWindowProbe)) !== 0;
      const isSyn = (slot.marks & Mark.syn) !== 0;
      const asks = isProbe || isSyn || (slot.bytes > 0 && (slot.marks & Mark.rst) === 0);
      const from = slot.from as 0 | 1;
      const endSeq = slot.seq + slot.bytes + (isSyn ? 1 : 0);
      const unanswered = asks && isUnanswered(from, slot.packet, endSeq, isProbe) ? Mark.unanswered : 0;
      return {
        ref: { source, at: slot.packet },
        atMs: slot.timeMs,
        from: sides[from],
        flags: flagLetters(slot.flags),
        seq: unsigned(slot.seq),
        ack: unsigned(slot.ack),
        window: slot.window,
        bytes: slot.bytes,
        ttl: slot.ttl,
        ...(slot.ipId >= 0 && { ipId: slot.ipId }),
        marks: markNames(slot.marks | unanswered),
        ...(slot.seqOffset !== undefined && { seqOffset: slot.seqOffset }),
        ...(slot.ackOffset !== undefined && { ackOffset: slot.ackOffset }),
        ...(slot.seqMinusPeerAck !== undefined && { seqMinusPeerAck: slot.seqMinusPeerAck }),
        ...optionsOf(slot),
        ...(slot.text !== undefined && { text: slot.text }),
      };
    });
  }

  #nextSlot(): SegmentSlot {
    const recent = this.#recent;
    if (
      !this.#isFull &&
      (recent.length < SURE_RECENT || (recent.length < RECENT && this.#allowance.take()))
    ) {
      const slot = new SegmentSlot();
      recent.push(slot);
      return slot;
    }
    this.#isFull = true;
    const oldest = this.#oldest;
    let slot = recent[oldest]!;
    if ((slot.marks & KEEPING_MARKS) !== 0) {
      if (this.#marked.canGrow()) {
        this.#marked.grow(slot);
        slot = new SegmentSlot();
      } else {
        slot = this.#marked.replace(slot);
      }
      recent[oldest] = slot;
    }
    this.#oldest = oldest + 1 === recent.length ? 0 : oldest + 1;
    return slot;
  }

  #keepOptions(slot: SegmentSlot, { bytes, optionsAt, optionsEnd }: TcpPacket): void {
    const length = optionsEnd - optionsAt;
    slot.options = undefined;
    slot.hasPlainTimestamps =
      length === PLAIN_TIMESTAMPS_BYTES && bytes.readUInt32BE(optionsAt) === PLAIN_TIMESTAMPS;
    if (slot.hasPlainTimestamps) {
      slot.timestamp = bytes.readInt32BE(optionsAt + 4);
      slot.timestampEcho = bytes.readInt32BE(optionsAt + 8);
    } else if (length > 0) {
      slot.options = readTcpOptions(bytes, optionsAt, optionsEnd);
    }
  }
}

function optionsOf(slot: SegmentSlot): { options?: TcpOptions } {
  if (slot.hasPlainTimestamps) {
    const timestamp = slot.timestamp >>> 0;
    return { options: { kinds: TIMESTAMPS_ONLY, timestamp, timestampEcho: slot.timestampEcho >>> 0 } };
  }
  return slot.options === undefined ? {} : { options: slot.options };
}

/** What a reset says in words: middleboxes write their reason there. */
function textOf({ bytes, payloadAt, payloadEnd }: TcpPacket): string | undefined {
  const end = Math.min(payloadEnd, payloadAt + MAX_TEXT_BYTES);
  const text = bytes.toString('latin1', payloadAt, end).replace(/[^\x20-\x7e]/g, '');
  return text === '' ? undefined : text;
}
