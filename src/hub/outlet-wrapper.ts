// A base for what stands around an outlet: it passes everything on, in both directions, and a subclass overrides what it
// is about. The stream sees one outlet, however many are around each other.

import type { Socket } from 'node:net';
import type { EndReason } from '../wire/index.ts';
import type { Chunk } from './chunk.ts';
import type { Lane, Outlet, OutletListener } from './outlet.ts';

/**
 * Wraps an outlet. Override `write`, `end` and `reset` for what goes out, `onDrain`, `onLeave` and `onClose` for what comes
 * back, and call `super` to pass it on. After `write` has answered false, nothing is written until `onDrain` is passed on.
 */
export class OutletWrapper implements Outlet, OutletListener {
  /** The stream, or the wrapper around this one. */
  listener: OutletListener | undefined;
  readonly #inner: Outlet;

  constructor(inner: Outlet) {
    this.#inner = inner;
    inner.listener = this;
  }

  get lane(): Lane {
    return this.#inner.lane;
  }

  get socket(): Socket | undefined {
    return this.#inner.socket;
  }

  get unsentBytes(): number {
    return this.#inner.unsentBytes;
  }

  write(chunk: Chunk): boolean {
    return this.#inner.write(chunk);
  }

  end(last?: Chunk): void {
    this.#inner.end(last);
  }

  reset(): void {
    this.#inner.reset();
  }

  onDrain(): void {
    this.listener?.onDrain();
  }

  onLeave(): void {
    this.listener?.onLeave();
  }

  onClose(reason: EndReason): void {
    this.listener?.onClose(reason);
  }
}
