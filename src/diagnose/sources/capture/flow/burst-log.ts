// Payload as bursts: packets less than 50 ms apart are one. Gaps between bursts are what idle timers measure.

import type { Burst } from '../../../evidence.ts';
import type { Allowance } from './allowance.ts';
import { KeptEnds, type KeptEndsBounds } from './kept-ends.ts';

const BURST_GAP_MS = 50;
const BOUNDS: KeptEndsBounds = { first: 32, last: 224, sure: 4 };

class BurstSlot {
  packet = 0;
  atMs = 0;
  untilMs = 0;
  bytes = 0;
  packets = 0;
}

export class BurstLog {
  readonly #slots: KeptEnds<BurstSlot>;
  #newest: BurstSlot | undefined = undefined;
  #lastPacket = 0;

  constructor(allowance: Allowance) {
    this.#slots = new KeptEnds(BOUNDS, allowance);
  }

  get leftOut(): number {
    return this.#slots.leftOut;
  }

  /** @param packet - its number; a packet may add several times, and counts once. */
  add(packet: number, timeMs: number, bytes: number): void {
    const isNewPacket = packet !== this.#lastPacket;
    this.#lastPacket = packet;
    const newest = this.#newest;
    if (newest !== undefined && timeMs - newest.untilMs < BURST_GAP_MS) {
      newest.bytes += bytes;
      if (timeMs > newest.untilMs) newest.untilMs = timeMs;
      if (isNewPacket) newest.packets++;
      return;
    }
    const slot = this.#nextSlot();
    slot.packet = packet;
    slot.atMs = slot.untilMs = timeMs;
    slot.bytes = bytes;
    slot.packets = 1;
    this.#newest = slot;
  }

  toEvidence(source: number): Burst[] {
    return this.#slots.list().map(({ packet, atMs, untilMs, bytes, packets }) => ({
      ref: { source, at: packet },
      atMs,
      untilMs,
      bytes,
      packets,
    }));
  }

  #nextSlot(): BurstSlot {
    if (!this.#slots.canGrow()) return this.#slots.rotate();
    const slot = new BurstSlot();
    this.#slots.grow(slot);
    return slot;
  }
}
