// The recent past in memory: records of consecutive positions, bounded by count, bytes and age. It drops from
// the old end and refuses nothing; who still needs a dropped record reads the log or is told of the gap.

import type { LogRecord, Page, ReadLimits, Selection } from './event-log.ts';

export interface RingLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

// What a record costs beside its frame: the object, its slot, its numbers and the header of the frame's Buffer
// (v24, heap snapshot of 10,000 records). Without it, a million tiny events would be far over `maxBytes`.
const RECORD_OVERHEAD_BYTES = 200;

export class Ring {
  readonly #limits: RingLimits;
  // The record of position p is in slot p % slots.length. The slots double up to maxEvents as they are needed.
  #slots: (LogRecord | undefined)[] = new Array(64);
  #head: number;
  #oldest: number;
  #bytes = 0;

  /** An empty ring whose next record has the position `head + 1`. */
  constructor(limits: RingLimits, head = 0) {
    this.#limits = limits;
    this.#head = head;
    this.#oldest = head + 1;
  }

  /** The newest position, also when its record is already gone. */
  get head(): number {
    return this.#head;
  }

  /** The oldest position kept; `head + 1` while empty. */
  get oldest(): number {
    return this.#oldest;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(record: LogRecord): void {
    if (record.position !== this.#head + 1) {
      throw new RangeError(`Expected the record of position ${this.#head + 1}, got ${record.position}`);
    }
    if (this.#head - this.#oldest + 1 >= this.#limits.maxEvents) this.#dropOldest();
    if (this.#head - this.#oldest + 1 >= this.#slots.length) this.#grow();
    this.#slots[record.position % this.#slots.length] = record;
    this.#head = record.position;
    this.#bytes += costOf(record);
    while (this.#bytes > this.#limits.maxBytes && this.#oldest < this.#head) this.#dropOldest();
  }

  /** Drops everything and goes on after a position that others have reached without it. */
  skipTo(head: number): void {
    if (head <= this.#head) throw new RangeError(`Expected a position beyond ${this.#head}, got ${head}`);
    this.#slots = new Array(64);
    this.#bytes = 0;
    this.#head = head;
    this.#oldest = head + 1;
  }

  /** The record at a position, or undefined when it is not kept. */
  get(position: number): LogRecord | undefined {
    if (position < this.#oldest || position > this.#head) return undefined;
    return this.#slots[position % this.#slots.length];
  }

  /** Reads on after a position that is still kept; see `EventLog.read`. */
  read(after: number, selection: Selection, limits: ReadLimits): Page {
    if (after < this.#oldest - 1) {
      throw new RangeError(`Expected a position from ${this.#oldest - 1} up, got ${after}: it was dropped`);
    }
    const last = Math.min(this.#head, after + limits.maxScanned);
    const records: LogRecord[] = [];
    let bytes = 0;
    for (let position = after + 1; position <= last; position++) {
      const record = this.#slots[position % this.#slots.length]!;
      if (!selection.matches(record.topic)) continue;
      bytes += record.frame.byteLength;
      if (bytes > limits.maxBytes && records.length > 0) return { records, to: position - 1 };
      records.push(record);
    }
    return { records, to: Math.max(last, after) };
  }

  trim(nowMs: number): void {
    const keepFromMs = nowMs - this.#limits.maxAgeMs;
    while (this.#oldest <= this.#head && this.get(this.#oldest)!.timeMs < keepFromMs) this.#dropOldest();
  }

  #dropOldest(): void {
    const slot = this.#oldest % this.#slots.length;
    this.#bytes -= costOf(this.#slots[slot]!);
    this.#slots[slot] = undefined;
    this.#oldest++;
  }

  #grow(): void {
    const slots = new Array<LogRecord | undefined>(Math.min(this.#slots.length * 2, this.#limits.maxEvents));
    for (let position = this.#oldest; position <= this.#head; position++) {
      slots[position % slots.length] = this.#slots[position % this.#slots.length];
    }
    this.#slots = slots;
  }
}

function costOf(record: LogRecord): number {
  return record.frame.byteLength + record.topic.length + RECORD_OVERHEAD_BYTES;
}
