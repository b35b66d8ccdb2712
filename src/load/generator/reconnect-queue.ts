// Who comes back when: streams in buckets of 50 ms, instead of a timer each.

const BUCKET_MS = 50;

export class ReconnectQueue<T> {
  readonly #buckets = new Map<number, T[]>();
  #next = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** `atMs` and `nowMs` are on one clock of the caller's. */
  add(item: T, atMs: number): void {
    const bucket = Math.max(Math.ceil(atMs / BUCKET_MS), this.#next);
    const items = this.#buckets.get(bucket);
    if (items === undefined) this.#buckets.set(bucket, [item]);
    else items.push(item);
    this.#size++;
  }

  /** Takes out what is due, in order of its time. */
  *takeDue(nowMs: number): Generator<T> {
    const last = Math.floor(nowMs / BUCKET_MS);
    if (this.#size === 0) this.#next = Math.max(this.#next, last);
    while (this.#next <= last) {
      // Passed before its items are handed out: what is added meanwhile goes into one that is still to come.
      const bucket = this.#next++;
      const items = this.#buckets.get(bucket);
      if (items === undefined) continue;
      this.#buckets.delete(bucket);
      this.#size -= items.length;
      yield* items;
    }
  }
}
