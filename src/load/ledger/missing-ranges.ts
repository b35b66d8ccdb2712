// The holes of one pair of stream and topic: which sequence numbers below the highest have not come. Ranges in
// order, not a list of numbers, and not more of them than a bound: beyond it the oldest are forgotten, which is
// no error until something comes that may have belonged to one of them.

/** What is known of a number that is not above the highest. */
export type Place = 'missing' | 'present' | 'forgotten';

export class MissingRanges {
  // start, end, start, end ... (end is in the range), in rising order.
  readonly #bounds: number[] = [];
  #forgottenTo = 0;
  #missing = 0;
  #forgotten = 0;

  /** How many ranges are kept. */
  get rangeCount(): number {
    return this.#bounds.length / 2;
  }

  /** How many numbers are missing, with those of forgotten ranges. */
  get missing(): number {
    return this.#missing;
  }

  /** How many numbers were missing in the forgotten ranges. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Nothing is known any more up to and with this number; 0 when nothing was forgotten. */
  get forgottenTo(): number {
    return this.#forgottenTo;
  }

  /** Calls `visit` for each range that is kept, in order. */
  visitRanges(visit: (start: number, end: number) => void): void {
    for (let i = 0; i < this.#bounds.length; i += 2) visit(this.#bounds[i]!, this.#bounds[i + 1]!);
  }

  /** Adds a range above all others, at least one number away from the last. */
  append(start: number, end: number): void {
    this.#bounds.push(start, end);
    this.#missing += end - start + 1;
  }

  /** Forgets the lowest range; what was missing in it stays counted. */
  forgetFirst(): void {
    const [start, end] = this.#bounds.splice(0, 2) as [number, number];
    this.#forgottenTo = end;
    this.#forgotten += end - start + 1;
  }

  /** Takes the number out of the holes and says where it was. */
  fill(seq: number): Place {
    if (seq <= this.#forgottenTo) return 'forgotten';
    const bounds = this.#bounds;
    const at = this.#rangeAt(seq);
    if (at === bounds.length || seq < bounds[at]!) return 'present';
    const start = bounds[at]!;
    const end = bounds[at + 1]!;
    if (start === end) bounds.splice(at, 2);
    else if (seq === start) bounds[at] = seq + 1;
    else if (seq === end) bounds[at + 1] = seq - 1;
    else bounds.splice(at + 1, 0, seq - 1, seq + 1);
    this.#missing--;
    return 'missing';
  }

  /** Takes all of `start` to `end` that is missing out of the holes, and answers how many that were. */
  remove(start: number, end: number): number {
    const bounds = this.#bounds;
    const at = this.#rangeAt(start);
    const kept: number[] = [];
    let removed = 0;
    let next = at;
    for (; next < bounds.length && bounds[next]! <= end; next += 2) {
      const from = bounds[next]!;
      const to = bounds[next + 1]!;
      if (from < start) kept.push(from, start - 1);
      if (to > end) kept.push(end + 1, to);
      removed += Math.min(to, end) - Math.max(from, start) + 1;
    }
    bounds.splice(at, next - at, ...kept);
    this.#missing -= removed;
    return removed;
  }

  /** The index of the first range that ends at or above `seq`. */
  #rangeAt(seq: number): number {
    let low = 0;
    let high = this.rangeCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#bounds[middle * 2 + 1]! < seq) low = middle + 1;
      else high = middle;
    }
    return low * 2;
  }
}
