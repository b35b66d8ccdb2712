// The bytes of a file that have arrived and are not read yet. A chunk that comes while nothing is left over is read where
// it is; otherwise it is copied behind what is left, into one block that grows by doubling. So a packet always lies in
// one piece, and a chunk can be used again once it was read: whoever reads a file needs one buffer, not one a chunk.

const NOTHING = Buffer.alloc(0);
const FIRST_CAPACITY_BYTES = 65_536;

export class ByteWindow {
  /** Holds the unread bytes at `[start, end)`. Good until the next call of `push`. */
  bytes: Buffer = NOTHING;
  start = 0;
  end = 0;
  /** Where in the file the unread bytes begin. */
  offset = 0;
  #own: Buffer = NOTHING;
  // Of what was passed over, the part that has yet to arrive.
  #toPass = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** Takes the next chunk, which must not change until `keep` is called. */
  push(chunk: Uint8Array): void {
    const passed = Math.min(this.#toPass, chunk.length);
    this.#toPass -= passed;
    this.offset += passed;
    const length = chunk.length - passed;
    if (length === 0) return;
    if (this.start === this.end) {
      this.bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      this.start = passed;
      this.end = chunk.length;
      return;
    }
    this.#makeRoom(length);
    this.bytes.set(passed === 0 ? chunk : chunk.subarray(passed), this.end);
    this.end += length;
  }

  /** Copies what is left of the chunk, which may then change. */
  keep(): void {
    if (this.bytes === this.#own || this.start === this.end) return;
    this.#makeRoom(0);
  }

  /** Passes over that many bytes, also such as have yet to arrive: how long a thing is that nobody wants costs nothing. */
  pass(count: number): void {
    const here = Math.min(count, this.length);
    this.start += here;
    this.offset += here;
    this.#toPass += count - here;
  }

  #makeRoom(length: number): void {
    const kept = this.length;
    if (this.bytes === this.#own && this.end + length <= this.#own.length) return;
    if (kept + length > this.#own.length) {
      const grown = Buffer.allocUnsafeSlow(
        Math.max(FIRST_CAPACITY_BYTES, this.#own.length * 2, kept + length),
      );
      grown.set(this.bytes.subarray(this.start, this.end));
      this.#own = grown;
    } else {
      // Also right where both are the same block: `set` copies as if by way of another.
      this.#own.set(this.bytes.subarray(this.start, this.end));
    }
    this.bytes = this.#own;
    this.start = 0;
    this.end = kept;
  }
}
