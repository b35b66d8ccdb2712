// Keeps what the streams of one process saw, for a check after the run. What a stream sees is mostly the next row of its
// table: then nothing is written but a count.

import { GrowingRows } from './growing-rows.ts';
import { NO_EPOCH, readPosition, type SaidGap, type SeenHistory, type SeenStream } from './seen.ts';

/** Rows of all tables: about 180 MiB. */
const MAX_ROWS = 10_000_000;
/** Marks of all streams that are more than one span each: about 64 MiB. */
const MAX_MARKS = 8_000_000;
const MAX_EPOCHS = 1000;
const GAP = -1;

interface Kept {
  readonly topics: readonly number[];
  readonly table: number;
  /** As `SeenStream.marks`. */
  readonly marks: number[];
  readonly gaps: SaidGap[];
  /** The row after the last one that it saw. */
  next: number;
  isOwedAll: boolean;
  isOwedToLast: boolean;
}

export interface SeenRecorderLimits {
  readonly maxRows: number;
  readonly maxMarks: number;
}

export class SeenRecorder {
  readonly #firstStream: number;
  readonly #limits: SeenRecorderLimits;
  readonly #streams: Kept[] = [];
  readonly #tables: GrowingRows[] = [];
  readonly #tableOf = new Map<string, number>();
  readonly #epochs: string[] = [];
  #rows = 0;
  #marks = 0;
  #isWhole = true;
  // Fan-out brings one id to thousands of streams in a row.
  #id = '';
  #epoch = NO_EPOCH;
  #position = 0;

  constructor(firstStream: number, limits: Partial<SeenRecorderLimits> = {}) {
    this.#firstStream = firstStream;
    this.#limits = { maxRows: MAX_ROWS, maxMarks: MAX_MARKS, ...limits };
  }

  /** The next stream, and what it wants. */
  addStream(topics: readonly number[], isOwedToLast = false): void {
    const key = topics.join();
    let table = this.#tableOf.get(key);
    if (table === undefined) {
      table = this.#tables.length;
      this.#tableOf.set(key, table);
      this.#tables.push(new GrowingRows());
    }
    this.#streams.push({ topics, table, marks: [], gaps: [], next: 0, isOwedAll: false, isOwedToLast });
  }

  /** Nothing is published yet, and this stream is up. */
  oweAll(stream: number): void {
    this.#streams[stream]!.isOwedAll = true;
  }

  /** It has left for good. */
  oweToLast(stream: number): void {
    this.#streams[stream]!.isOwedToLast = true;
  }

  event(stream: number, id: string, topic: number, seq: number): void {
    if (id !== this.#id) this.#readId(id);
    const kept = this.#streams[stream]!;
    const rows = this.#tables[kept.table]!;
    const row = { epoch: this.#epoch, position: this.#position, topic, seq };
    if (rows.isRow(kept.next, row)) {
      this.#extend(kept, kept.next);
      return;
    }
    // The first to see it, or one that has missed something, or sees what it should not. Ids rise, so what is above the
    // last row is new and need not be looked for.
    let index = rows.isBelow(row) ? -1 : rows.find(row, kept.next);
    if (index === -1) {
      if (this.#rows >= this.#limits.maxRows) {
        this.#isWhole = false;
        return;
      }
      this.#rows++;
      index = rows.add(row);
    }
    this.#extend(kept, index);
  }

  gap(stream: number, gap: SaidGap): void {
    const { marks, gaps } = this.#streams[stream]!;
    if (!this.#hasRoom()) return;
    marks.push(GAP, gaps.length);
    gaps.push(gap);
  }

  history(): SeenHistory {
    const streams = this.#streams.map(
      ({ topics, table, marks, gaps, isOwedAll, isOwedToLast }, i): SeenStream => ({
        stream: this.#firstStream + i,
        topics,
        table,
        marks: Int32Array.from(marks),
        gaps,
        isOwedAll,
        isOwedToLast,
      }),
    );
    const tables = this.#tables.map((rows) => rows.columns());
    return { epochs: this.#epochs, tables, streams, isWhole: this.#isWhole };
  }

  #extend(kept: Kept, index: number): void {
    const { marks } = kept;
    const last = marks.length - 2;
    if (last >= 0 && marks[last] !== GAP && marks[last]! + marks[last + 1]! === index) marks[last + 1]!++;
    else if (this.#hasRoom()) marks.push(index, 1);
    kept.next = index + 1;
  }

  #hasRoom(): boolean {
    if (this.#marks >= this.#limits.maxMarks) this.#isWhole = false;
    else this.#marks++;
    return this.#isWhole;
  }

  #readId(id: string): void {
    this.#id = id;
    const position = readPosition(id);
    this.#position = position?.seq ?? 0;
    this.#epoch = position === undefined ? NO_EPOCH : this.#epochIndex(position.epoch);
  }

  #epochIndex(epoch: string): number {
    const index = this.#epochs.indexOf(epoch);
    if (index !== -1) return index;
    if (this.#epochs.length >= MAX_EPOCHS) {
      this.#isWhole = false;
      return NO_EPOCH;
    }
    return this.#epochs.push(epoch) - 1;
  }
}
