// One look at the machine's TCP sockets for all processes of a hub: 20,000 sockets are some 25 ms of reading, which
// every worker would spend on the same text.

import { lookAtTcp, TCP_TABLES, type TcpLook } from '../http/tcp-suspects.ts';

/** Workers that ask at about the same time share a look. */
const REUSE_MS = 500;
/** A scrape wants no newer one than streams do. */
const METRICS_REUSE_MS = 10_000;

export class TcpWatch {
  readonly #maxKernelBytes: number;
  readonly #port: () => number | undefined;
  #last: { readonly atMs: number; readonly look: Promise<TcpLook> } | undefined;

  /** `port` is where the hub listens, once it does. */
  constructor(maxKernelBytes: number, port: () => number | undefined) {
    this.#maxKernelBytes = maxKernelBytes;
    this.#port = port;
  }

  look(): Promise<TcpLook> {
    return this.#lookWithin(REUSE_MS);
  }

  /** What waits in the kernel for clients; undefined where that cannot be read. */
  async queuedBytes(): Promise<number | undefined> {
    try {
      return (await this.#lookWithin(METRICS_REUSE_MS)).queuedBytes;
    } catch {
      // The reaper says so.
      return undefined;
    }
  }

  #lookWithin(reuseMs: number): Promise<TcpLook> {
    const nowMs = performance.now();
    if (this.#last === undefined || nowMs - this.#last.atMs > reuseMs) {
      const look = lookAtTcp(this.#maxKernelBytes, TCP_TABLES, this.#port());
      look.catch(() => {});
      this.#last = { atMs: nowMs, look };
    }
    return this.#last.look;
  }
}
