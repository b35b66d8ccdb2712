// One direction of a connection: bytes from a source to a sink, through the faults that hit it. All bytes stand in one
// queue, in order; faults say when and how many leave, and never hold any themselves. So taking a fault away, or putting
// one on, cannot lose, double or swap a byte.
//
//   source --take--> held (each with the time from which it may leave) --allowed--> sink
//              pause <-- bound reached                  pushed back <-- 'drain'
//
// The source is read again as soon as there is room, and the sink gets FIN when the source has sent it and all has left.

import type { Socket } from 'node:net';
import type { Direction, Fault } from '../fault.ts';
import type { Cut, Flow, Shaper } from '../shaper.ts';

/** A fault at work on one lane. */
interface Hit {
  readonly fault: Fault;
  readonly shaper: Shaper;
}

interface Held {
  bytes: Uint8Array;
  readonly dueMs: number;
}

export interface LaneOwner extends Flow {
  /** A fault cuts the connection; nothing is asked of the lane after it. */
  cut(cut: Cut, direction: Direction): void;
}

export interface LaneSettings {
  readonly source: Socket;
  readonly sink: Socket;
  /** Bytes held before the source is no longer read; one read may go beyond it. */
  readonly maxHeldBytes: number;
  readonly nowMs: () => number;
  /** The fault's part in this lane. */
  readonly shape: (fault: Fault, nowMs: number) => Shaper;
}

export class Lane {
  readonly #owner: LaneOwner;
  readonly #settings: LaneSettings;
  #hits: readonly Hit[] = [];
  #held: Held[] = [];
  #heldBytes = 0;
  #lastDueMs = 0;
  #maxHeldBytes: number;
  #isEnded = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(owner: LaneOwner, settings: LaneSettings) {
    this.#owner = owner;
    this.#settings = settings;
    this.#maxHeldBytes = settings.maxHeldBytes;
  }

  /** Puts on the faults that hit this lane; those that it has already go on as they are. */
  apply(faults: readonly Fault[]): void {
    const nowMs = this.#settings.nowMs();
    const before = this.#hits;
    this.#hits = faults.map(
      (fault) => before.find((hit) => hit.fault === fault) ?? this.#begin(fault, nowMs),
    );
    const shapers = this.#hits.map(({ shaper }) => shaper);
    const most = Math.min(this.#settings.maxHeldBytes, ...shapers.map(({ maxHeldBytes }) => maxHeldBytes));
    this.#maxHeldBytes = Math.max(most, ...shapers.map(({ minHeldBytes }) => minHeldBytes));
    // What was late by a fault that is gone is late no more.
    if (before.some((hit) => !this.#hits.includes(hit))) {
      for (const [i, { bytes }] of this.#held.entries()) this.#held[i] = { bytes, dueMs: nowMs };
      this.#lastDueMs = nowMs;
    }
    this.#go(nowMs);
  }

  /** Takes bytes of the source, which may not be changed any more. */
  take(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    const nowMs = this.#settings.nowMs();
    let delayMs = 0;
    for (const { shaper } of this.#hits) delayMs += shaper.arrived(bytes.length, nowMs);
    this.#lastDueMs = Math.max(this.#lastDueMs, nowMs + delayMs);
    this.#held.push({ bytes, dueMs: this.#lastDueMs });
    this.#heldBytes += bytes.length;
    this.#go(nowMs);
  }

  /** The source has sent FIN. */
  takeEnd(): void {
    this.#isEnded = true;
    this.#go(this.#settings.nowMs());
  }

  /** The sink takes more again. */
  goOn(): void {
    this.#go(this.#settings.nowMs());
  }

  /** Drops what is held, and does nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#held = [];
    this.#heldBytes = 0;
    clearTimeout(this.#timer);
  }

  #begin(fault: Fault, nowMs: number): Hit {
    const shaper = this.#settings.shape(fault, nowMs);
    // Of what is held already it has seen nothing; a delay is for what comes.
    if (this.#heldBytes > 0) shaper.arrived(this.#heldBytes, nowMs);
    return { fault, shaper };
  }

  #go(nowMs: number): void {
    if (this.#isClosed || this.#isCut(nowMs)) return;
    const { source, sink } = this.#settings;
    while (!sink.writableNeedDrain) {
      const bytes = this.#allowed(nowMs);
      if (bytes === 0) break;
      sink.write(this.#shift(bytes));
      for (const { shaper } of this.#hits) shaper.left(bytes, nowMs);
      if (this.#isCut(nowMs)) return;
    }
    if (this.#heldBytes === 0 && this.#isEnded) {
      this.close();
      sink.end();
      return;
    }
    if (this.#heldBytes >= this.#maxHeldBytes) source.pause();
    else if (source.isPaused()) source.resume();
    this.#setTimer(nowMs);
  }

  #isCut(nowMs: number): boolean {
    for (const { fault, shaper } of this.#hits) {
      const cut = shaper.cut(this.#owner, nowMs);
      if (cut === undefined) continue;
      this.#owner.cut(cut, fault.direction);
      return true;
    }
    return false;
  }

  #allowed(nowMs: number): number {
    let bytes = 0;
    for (const held of this.#held) {
      if (held.dueMs > nowMs) break;
      bytes += held.bytes.length;
    }
    if (bytes === 0) return 0;
    const waiting = { bytes, first: this.#held[0]!.bytes, isLast: this.#isEnded };
    let allowed = bytes;
    for (const { shaper } of this.#hits) allowed = Math.min(allowed, shaper.allows(waiting, nowMs));
    return allowed;
  }

  #shift(count: number): Uint8Array {
    this.#heldBytes -= count;
    const parts: Uint8Array[] = [];
    let whole = 0;
    for (let toGo = count; toGo > 0; ) {
      const held = this.#held[whole]!;
      if (held.bytes.length <= toGo) {
        parts.push(held.bytes);
        toGo -= held.bytes.length;
        whole++;
      } else {
        parts.push(held.bytes.subarray(0, toGo));
        held.bytes = held.bytes.subarray(toGo);
        toGo = 0;
      }
    }
    this.#held.splice(0, whole);
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  #setTimer(nowMs: number): void {
    let atMs = Number.POSITIVE_INFINITY;
    for (const { shaper } of this.#hits) atMs = Math.min(atMs, shaper.cutAtMs(this.#owner));
    const first = this.#held[0];
    if (first !== undefined && !this.#settings.sink.writableNeedDrain) {
      if (first.dueMs > nowMs) atMs = Math.min(atMs, first.dueMs);
      else for (const { shaper } of this.#hits) atMs = Math.min(atMs, shaper.askAgainMs(nowMs));
    }
    // One that is set too early asks in vain once, and is cheaper than setting it anew for each chunk.
    if (atMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => this.#ring(), Math.max(1, Math.ceil(atMs - nowMs)));
  }

  #ring(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    this.#go(this.#settings.nowMs());
  }
}
