// An outlet in memory that a test pushes back, drains and closes. It reads what it is written as a client
// would, and fails the writer that breaks the rules of `Outlet`.

import type { Socket } from 'node:net';
import { CONTROL_TYPE, type ControlEvent, type EndReason, EventStreamParser } from '../wire/index.ts';
import type { Chunk } from './chunk.ts';
import type { Outlet, OutletListener } from './outlet.ts';

/** What a client gets: `id` is its Last-Event-ID from then on. */
export type Received =
  | { readonly kind: 'event'; readonly id: string; readonly data: string }
  | { readonly kind: 'control'; readonly id: string; readonly control: ControlEvent }
  | { readonly kind: 'cursor'; readonly id: string };

/**
 * An outlet without a socket, for tests of what is put around one, and of a hub that nothing listens for.
 *
 * Look at `received` for what a client would have, and at `state` for how it ended. Set `pushesBack` to have the next write
 * answer false, and call `drain()` to go on; `close(reason)` is the client that leaves. Writing after a push-back or an end
 * throws: whoever does that breaks the rules of `Outlet`.
 */
export class FakeOutlet implements Outlet {
  readonly lane = 'http';
  readonly socket: Socket | undefined = undefined;
  listener: OutletListener | undefined;
  unsentBytes = 0;
  readonly received: Received[] = [];
  /** The bytes of each write. */
  readonly writes: Uint8Array[] = [];
  /** The next write pushes back. */
  pushesBack = false;
  /** As most peers do, it closes when it is ended. */
  closesWhenEnded = true;
  /** Called within each write, when it has been read. */
  onWrite: (() => void) | undefined;
  state: 'open' | 'ended' | 'reset' | 'closed' = 'open';
  wasReset = false;
  /** The reconnect delay that the client was told last. */
  retryMs: number | undefined;
  #isPushedBack = false;
  readonly #parser = new EventStreamParser({
    onEvent: ({ type, data, lastEventId: id }) => {
      if (type !== CONTROL_TYPE) this.received.push({ kind: 'event', id, data });
      else this.received.push({ kind: 'control', id, control: JSON.parse(data) as ControlEvent });
    },
    onCursor: (id) => this.received.push({ kind: 'cursor', id }),
    onRetry: (ms) => {
      this.retryMs = ms;
    },
  });

  /** What the client would send as Last-Event-ID. */
  get lastEventId(): string {
    return this.#parser.lastEventId;
  }

  /** The data of all events, in order. */
  get events(): string[] {
    return this.received.flatMap((entry) => (entry.kind === 'event' ? [entry.data] : []));
  }

  get controls(): ControlEvent[] {
    return this.received.flatMap((entry) => (entry.kind === 'control' ? [entry.control] : []));
  }

  write({ bytes }: Chunk): boolean {
    if (this.state !== 'open') throw new Error(`Written to when it was ${this.state}`);
    if (this.#isPushedBack) throw new Error('Written to when it had pushed back');
    this.writes.push(bytes);
    this.#parser.push(bytes);
    this.#isPushedBack = this.pushesBack;
    if (this.#isPushedBack) this.unsentBytes += bytes.byteLength;
    const takesMore = !this.#isPushedBack;
    this.onWrite?.();
    return takesMore;
  }

  end(last?: Chunk): void {
    if (this.state !== 'open') throw new Error(`Ended when it was ${this.state}`);
    this.state = 'ended';
    if (last !== undefined) this.#parser.push(last.bytes);
    if (this.closesWhenEnded) queueMicrotask(() => this.close('client-left'));
  }

  reset(): void {
    if (this.state === 'closed') throw new Error('Reset when it was closed');
    this.state = 'reset';
    this.wasReset = true;
    queueMicrotask(() => this.close('error'));
  }

  /** The peer takes a part of what is held. */
  take(bytes: number): void {
    this.unsentBytes -= bytes;
  }

  /** The peer takes all that is held, and more. */
  drain(): void {
    this.pushesBack = false;
    this.unsentBytes = 0;
    if (!this.#isPushedBack) return;
    this.#isPushedBack = false;
    this.listener?.onDrain();
  }

  close(reason: EndReason = 'client-left'): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.listener?.onClose(reason);
  }
}
