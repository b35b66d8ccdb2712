// A table of rows that grows: columns, since an object a row would cost ten times as much.

import { NO_EPOCH, type SeenRows } from './seen.ts';

const FIRST_ROWS = 256;

export interface Row {
  readonly epoch: number;
  readonly position: number;
  readonly topic: number;
  readonly seq: number;
}

export class GrowingRows {
  #count = 0;
  #epoch = new Uint16Array(FIRST_ROWS);
  #position = new Float64Array(FIRST_ROWS);
  #topic = new Uint32Array(FIRST_ROWS);
  #seq = new Uint32Array(FIRST_ROWS);

  get count(): number {
    return this.#count;
  }

  isRow(index: number, { epoch, position, topic, seq }: Row): boolean {
    return (
      index < this.#count &&
      this.#seq[index] === seq &&
      this.#topic[index] === topic &&
      this.#position[index] === position &&
      this.#epoch[index] === epoch
    );
  }

  /** The index of a row that is there; -1 where it is not. Most likely it is a little after `near`. */
  find(row: Row, near: number): number {
    for (let index = Math.max(0, near); index < this.#count; index++)
      if (this.isRow(index, row)) return index;
    for (let index = Math.min(near, this.#count) - 1; index >= 0; index--)
      if (this.isRow(index, row)) return index;
    return -1;
  }

  /** Whether a row of this id and number stands above all that are here: as far as can be told by the last of them. */
  isBelow({ epoch, position, seq }: Row): boolean {
    const last = this.#count - 1;
    if (last < 0) return true;
    if (epoch !== NO_EPOCH && this.#epoch[last] === epoch) return position > this.#position[last]!;
    return epoch === NO_EPOCH && this.#epoch[last] === NO_EPOCH && seq > this.#seq[last]!;
  }

  add({ epoch, position, topic, seq }: Row): number {
    const index = this.#count++;
    if (index === this.#seq.length) this.#grow();
    this.#epoch[index] = epoch;
    this.#position[index] = position;
    this.#topic[index] = topic;
    this.#seq[index] = seq;
    return index;
  }

  /** A copy of what is there. */
  columns(): SeenRows {
    const count = this.#count;
    return {
      epoch: this.#epoch.slice(0, count),
      position: this.#position.slice(0, count),
      topic: this.#topic.slice(0, count),
      seq: this.#seq.slice(0, count),
    };
  }

  #grow(): void {
    const length = this.#seq.length * 2;
    this.#epoch = copyInto(new Uint16Array(length).fill(NO_EPOCH), this.#epoch);
    this.#position = copyInto(new Float64Array(length), this.#position);
    this.#topic = copyInto(new Uint32Array(length), this.#topic);
    this.#seq = copyInto(new Uint32Array(length), this.#seq);
  }
}

function copyInto<T extends { set(from: T): void }>(to: T, from: T): T {
  to.set(from);
  return to;
}
