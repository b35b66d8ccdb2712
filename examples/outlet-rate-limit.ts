import { type Chunk, type EndReason, type Outlet, OutletWrapper } from 'holdfast';

/**
 * Lets a stream have so many bytes a second on average. It answers a write with false, as a slow client would: the hub then
 * keeps a position for the stream, and no queue. Allow more than the largest event within `stallTimeoutMs`.
 */
export class RateLimitedOutlet extends OutletWrapper {
  readonly #bytesPerSecond: number;
  #paidUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isPushedBack = false;

  constructor(inner: Outlet, bytesPerSecond: number) {
    super(inner);
    this.#bytesPerSecond = bytesPerSecond;
  }

  override write(chunk: Chunk): boolean {
    this.#isPushedBack = !super.write(chunk);
    const nowMs = performance.now();
    const costMs = (chunk.byteLength / this.#bytesPerSecond) * 1000;
    const waitMs = Math.max(this.#paidUntilMs - nowMs, 0) + costMs;
    this.#paidUntilMs = nowMs + waitMs;
    this.#timer = setTimeout(() => this.#goOn(), waitMs);
    return false; // until the time is over, and the client has taken it
  }

  override onDrain(): void {
    this.#isPushedBack = false;
    if (this.#timer === undefined) super.onDrain();
  }

  override onClose(reason: EndReason): void {
    clearTimeout(this.#timer);
    super.onClose(reason);
  }

  #goOn(): void {
    this.#timer = undefined;
    if (!this.#isPushedBack) super.onDrain();
  }
}
