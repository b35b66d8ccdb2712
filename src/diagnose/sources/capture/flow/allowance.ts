// What all flows of a capture may keep together. Each list of a flow has a bound of its own too, but ten thousand
// flows that all reach theirs would take gigabytes.

export class Allowance {
  #left: number;

  constructor(count: number) {
    this.#left = count;
  }

  /** Takes some; false when there are not enough left, and then none is taken. */
  take(count = 1): boolean {
    if (count > this.#left) return false;
    this.#left -= count;
    return true;
  }

  give(count: number): void {
    this.#left += count;
  }
}
