// Connections that have not sent a byte yet. All may be silent for the same time, so the oldest is always the
// first to be due, and one timer serves them all.

import type { Socket } from 'node:net';

export class SilentSockets {
  readonly #timeoutMs: number;
  // In the order in which they came, with the time when each is due.
  readonly #dueMs = new Map<Socket, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  add(socket: Socket): void {
    this.#dueMs.set(socket, performance.now() + this.#timeoutMs);
    this.#timer ??= this.#arm(this.#timeoutMs);
  }

  remove(socket: Socket): void {
    this.#dueMs.delete(socket);
    if (this.#dueMs.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  closeAll(): void {
    for (const socket of this.#dueMs.keys()) socket.destroy();
  }

  readonly #closeDue = (): void => {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const [socket, dueMs] of this.#dueMs) {
      if (dueMs > nowMs) {
        this.#timer = this.#arm(dueMs - nowMs);
        return;
      }
      this.#dueMs.delete(socket);
      socket.destroy();
    }
  };

  #arm(waitMs: number): NodeJS.Timeout {
    // A timer of node:timers may fire a fraction of a millisecond early.
    return setTimeout(this.#closeDue, Math.ceil(waitMs) + 1).unref();
  }
}
