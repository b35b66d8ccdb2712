// Lets bytes pass at a rate: what has not been used is saved up to a twentieth of a second.

const BURST_MS = 50;

export class Pace {
  readonly #bytesPerMs: number;
  readonly #burst: number;
  #allowance: number;
  #atMs: number;

  constructor(bytesPerSecond: number, nowMs: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    // At a few bytes a second a whole one has to come together at some time.
    this.#burst = Math.max(1, this.#bytesPerMs * BURST_MS);
    this.#allowance = this.#burst;
    this.#atMs = nowMs;
  }

  /** Whole bytes that may pass now. */
  allowance(nowMs: number): number {
    const sinceMs = nowMs - this.#atMs;
    this.#atMs = nowMs;
    this.#allowance = Math.min(this.#burst, this.#allowance + sinceMs * this.#bytesPerMs);
    // A hair below a whole number is that number: it comes of adding up fractions.
    return Math.floor(this.#allowance + 1e-9);
  }

  take(bytes: number): void {
    this.#allowance -= bytes;
  }

  /** When the allowance is full again: bytes go in lumps of that, not one by one. */
  fullAtMs(nowMs: number): number {
    return nowMs + Math.max(1, (this.#burst - this.#allowance) / this.#bytesPerMs);
  }
}
