// A stream carried by a web ReadableStream, as the body of a Response. It pushes back from the first byte that nobody
// has read yet.

import type { Chunk } from '../hub/chunk.ts';
import type { Outlet, OutletListener } from '../hub/outlet.ts';

export class WebOutlet implements Outlet {
  readonly lane = 'web';
  readonly socket = undefined;
  listener: OutletListener | undefined;
  readonly body: ReadableStream<Uint8Array>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #isPushedBack = false;
  #isClosed = false;

  /** @param signal aborted by whoever gave the request, when its client has gone */
  constructor(signal?: AbortSignal) {
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#drain(),
        cancel: () => this.#close(),
      },
      { highWaterMark: 1, size: (bytes) => bytes.byteLength },
    );
    // Not every server cancels the body of a response that nobody reads any more. It ends as it should: an error would be
    // logged by the server, once for each client that leaves.
    signal?.addEventListener('abort', () => this.#leave(), { once: true });
  }

  get unsentBytes(): number {
    return this.#isClosed ? 0 : 1 - this.#controller.desiredSize!;
  }

  write(chunk: Chunk): boolean {
    // A copy: what is given away may be transferred, and the bytes of a chunk are shared.
    this.#controller.enqueue(Uint8Array.from(chunk.bytes));
    this.#isPushedBack = this.#controller.desiredSize! <= 0;
    return !this.#isPushedBack;
  }

  end(last?: Chunk): void {
    if (last !== undefined) this.#controller.enqueue(Uint8Array.from(last.bytes));
    this.#controller.close();
    this.#close();
  }

  reset(): void {
    if (this.#isClosed) return;
    this.#controller.error(new Error('The hub has cut the stream off'));
    this.#close();
  }

  #leave(): void {
    if (this.#isClosed) return;
    this.#controller.close();
    this.#close();
  }

  #drain(): void {
    if (!this.#isPushedBack) return;
    this.#isPushedBack = false;
    this.listener?.onDrain();
  }

  // Who reads says nothing at the end of a body. Told in a turn of its own, as the listener wants it.
  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    queueMicrotask(() => this.listener?.onClose('client-left'));
  }
}
