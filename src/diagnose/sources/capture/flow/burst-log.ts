// Payload as bursts: packets less than 50 ms apart are one. Gaps between bursts are what idle timers measure.

import type { Burst } from '../../../evidence.ts';
import type { Allowance } from './allowance.ts';
import { KeptEnds } from './kept-ends.ts';

const BURST_GAP_MS = 50;
const FIRST_BURSTS = 32;
const LAST_BURSTS = 224;
const SURE_BURSTS = 8;

class BurstSlot {
  packet = 0;
  atMs = 0;
  untilMs = 0;
  bytes = 0;
  packets = 0;
}

export class BurstLog {
  readonly #slots: KeptEnds<BurstSlot>;
  #lastPacket = 0;

  constructor(allowance: Allowance) {
    this.#slots = new KeptEnds({
      first: FIRST_BURSTS,
      last: LAST_BURSTS,
      sure: SURE_BURSTS,
      allowance,
      create: () => new BurstSlot(),
    });
  }

  get leftOut(): number {
    return this.#slots.leftOut;
  }

  /** @param packet - its number; a packet may add several times, and counts once. */
  add(packet: number, timeMs: number, bytes: number): void {
    const isNewPacket = packet !== this.#lastPacket;
    this.#lastPacket = packet;
    const newest = this.#slots.newest;
    if (newest !== undefined && timeMs - newest.untilMs < BURST_GAP_MS) {
      newest.bytes += bytes;
      newest.untilMs = Math.max(newest.untilMs, timeMs);
      if (isNewPacket) newest.packets++;
      return;
    }
    const slot = this.#slots.add();
    slot.packet = packet;
    slot.atMs = slot.untilMs = timeMs;
    slot.bytes = bytes;
    slot.packets = 1;
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
}
