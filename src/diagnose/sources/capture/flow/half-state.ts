// What one side of a connection has sent so far. Sequence numbers wrap around, so places in the stream are counted as
// positions from the first byte that was seen; the SYN lies at -1, and the FIN takes one position behind the last byte.

import type { Half, TtlCount } from '../../../evidence.ts';
import { advance, distance, unsigned } from '../packet/sequence.ts';
import type { Allowance } from './allowance.ts';
import { BurstLog } from './burst-log.ts';
import type { Reassembly } from './reassembly.ts';

const MAX_TTLS = 8;
// Beyond these a sender is not counted; 256 different ones would be noise anyway.
const MAX_COUNTED_TTLS = 32;

export class HalfState {
  packets = 0;
  retransmissions = 0;
  zeroWindows = 0;
  wrongChecksums = 0;
  largestPayload = 0;
  lastPacket = 0;
  /** Sequence number behind the highest byte seen, and its position; good when `hasSeq`. */
  nextSeq = 0;
  nextPosition = 0;
  hasSeq = false;
  /** When `nextSeq` moved last. */
  movedMs = 0;
  /** Of its SYN; undefined when none was seen. */
  synSeq: number | undefined = undefined;
  finPosition: number | undefined = undefined;
  hasReset = false;
  /** In its last packet with an ACK, and the highest; good when `hasAck`. */
  lastAck = 0;
  acked = 0;
  hasAck = false;
  /** The highest, those in resets counted. */
  answered = 0;
  hasAnswered = false;
  /** In its last packet, as on the wire. */
  window = 0;
  /** The shift that its SYN without ACK offers. */
  synScale: number | undefined = undefined;
  /** What its windows are shifted by; undefined when its SYN was not seen. */
  shift: number | undefined = undefined;
  /** The sequence number up to which it has allowed the other side to send; undefined while that is not known. */
  rightEdge: number | undefined = undefined;
  /** Of its last packet. */
  marks = 0;
  readonly bursts: BurstLog;
  readonly reassembly: Reassembly;
  // Nearly always there is one TTL: the others are only looked at when it is another.
  #ttl = -1;
  #ttlPackets = 0;
  readonly #otherTtls: { ttl: number; packets: number }[] = [];

  constructor(reassembly: Reassembly, burstAllowance: Allowance) {
    this.reassembly = reassembly;
    this.bursts = new BurstLog(burstAllowance);
  }

  /** Where a sequence number lies in what this side sends. */
  positionOf(seq: number): number {
    return this.nextPosition + distance(seq, this.nextSeq);
  }

  /** The first sequence number that is seen of it. */
  begin(seq: number, timeMs: number): void {
    this.hasSeq = true;
    this.nextSeq = seq;
    this.nextPosition = 0;
    this.movedMs = timeMs;
  }

  advanceTo(seq: number, count: number, timeMs: number): void {
    const by = distance(seq, this.nextSeq) + count;
    if (by <= 0) return;
    this.nextSeq = advance(seq, count);
    this.nextPosition += by;
    this.movedMs = timeMs;
  }

  countTtl(ttl: number): void {
    if (this.#ttl === -1) this.#ttl = ttl;
    if (this.#ttl === ttl) {
      this.#ttlPackets++;
      return;
    }
    const known = this.#otherTtls.find((other) => other.ttl === ttl);
    if (known !== undefined) known.packets++;
    else if (this.#otherTtls.length < MAX_COUNTED_TTLS) this.#otherTtls.push({ ttl, packets: 1 });
  }

  toEvidence(source: number): Half {
    const first = this.#ttl === -1 ? [] : [{ ttl: this.#ttl, packets: this.#ttlPackets }];
    const ttls: TtlCount[] = [...first, ...this.#otherTtls]
      .sort((a, b) => b.packets - a.packets)
      .slice(0, MAX_TTLS);
    return {
      packets: this.packets,
      bytes: this.reassembly.next - this.reassembly.missingBytes,
      missingBytes: this.reassembly.missingBytes,
      retransmissions: this.retransmissions,
      zeroWindows: this.zeroWindows,
      bursts: this.bursts.toEvidence(source),
      burstsLeftOut: this.bursts.leftOut,
      ttls,
      ...(this.hasSeq && { nextSeq: unsigned(this.nextSeq) }),
      ...(this.hasAck && { acked: unsigned(this.acked) }),
    };
  }
}
