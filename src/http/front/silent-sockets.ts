// Connections that have not sent a byte yet. All may be silent for the same time, so the oldest is always the
// first to be due, and one timer serves them all. There is always a limit: a node:http server whose `headersTimeout` is
// 0, which means none, would keep such a connection for ever.

import type { Socket } from 'node:net';

const MAX_TIMEOUT_MS = 60_000;

export class SilentSockets {
  readonly #timeoutMs: () => number;
  // In the order in which they came, with the time when each is due.
  readonly #dueMs = new Map<Socket, number>();
  #timer: NodeJS.Timeout | undefined;

  /** `timeoutMs` is asked for each connection: it may be changed while the server runs. */
  constructor(timeoutMs: () => number) {
    this.#timeoutMs = timeoutMs;
  }

  add(socket: Socket): void {
    const wantedMs = this.#timeoutMs();
    const timeoutMs = wantedMs > 0 && wantedMs < MAX_TIMEOUT_MS ? wantedMs : MAX_TIMEOUT_MS;
    this.#dueMs.set(socket, performance.now() + timeoutMs);
    this.#timer ??= this.#arm(timeoutMs);
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
