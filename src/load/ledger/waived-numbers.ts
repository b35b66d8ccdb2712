// The sequence numbers of one topic that no server has taken: refused, or never sent. Nobody is owed them. Ranges in
// rising order with running sums, so that how many lie in a stretch is two searches.

export class WaivedNumbers {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** How many numbers there are in all ranges before this one. */
  readonly #before: number[] = [];

  get rangeCount(): number {
    return this.#starts.length;
  }

  /** Adds a range, wherever it lies; at the end, where most are added, at no cost. */
  add(start: number, end: number): void {
    // The ranges that it overlaps or touches become one with it.
    const at = this.#rangeAt(start - 1);
    let next = at;
    let from = start;
    let to = end;
    for (; next < this.rangeCount && this.#starts[next]! <= end + 1; next++) {
      from = Math.min(from, this.#starts[next]!);
      to = Math.max(to, this.#ends[next]!);
    }
    this.#starts.splice(at, next - at, from);
    this.#ends.splice(at, next - at, to);
    this.#before.length = at;
    for (let i = at; i < this.rangeCount; i++) this.#before.push(i === 0 ? 0 : this.#countThrough(i - 1));
  }

  /** How many there are from `start` to `end`, both included. */
  countBetween(start: number, end: number): number {
    return end < start ? 0 : this.#countTo(end) - this.#countTo(start - 1);
  }

  has(seq: number): boolean {
    return this.countBetween(seq, seq) === 1;
  }

  /** The parts of `start` to `end` that are not waived, in rising order. */
  *others(start: number, end: number): Generator<readonly [start: number, end: number]> {
    let from = start;
    for (let i = this.#rangeAt(start); i < this.rangeCount && this.#starts[i]! <= end; i++) {
      if (this.#starts[i]! > from) yield [from, this.#starts[i]! - 1];
      from = this.#ends[i]! + 1;
    }
    if (from <= end) yield [from, end];
  }

  #countTo(seq: number): number {
    const at = this.#rangeAt(seq);
    const before = this.#before[at];
    if (before !== undefined) return before + Math.max(0, seq - this.#starts[at]! + 1);
    return at === 0 ? 0 : this.#countThrough(at - 1);
  }

  /** How many there are up to the end of a range. */
  #countThrough(range: number): number {
    return this.#before[range]! + this.#ends[range]! - this.#starts[range]! + 1;
  }

  /** The index of the first range that ends at or above `seq`. */
  #rangeAt(seq: number): number {
    let low = 0;
    let high = this.rangeCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ends[middle]! < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
