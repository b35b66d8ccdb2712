// A stream carried by node:http's ServerResponse. It pushes back by the response's own high water mark (64 KiB
// in Node 24) instead of by the first byte that the kernel does not take: `drain` comes only after that mark,
// and middleware that wraps `write` keeps the same contract.

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HoldfastError } from '../base/errors.ts';
import type { Chunk } from '../hub/chunk.ts';
import type { Outlet, OutletListener } from '../hub/outlet.ts';
import type { EndReason } from '../wire/index.ts';
import { prepareConnection, reasonOfError, resetConnection, unsentBytesOf } from './connection.ts';

export class ResponseOutlet implements Outlet {
  readonly lane = 'http';
  readonly socket: Socket;
  listener: OutletListener | undefined;
  readonly #res: ServerResponse;
  /** Of middleware that compresses. */
  #flush: (() => void) | undefined;
  #closeReason: EndReason = 'error';
  #isClosed = false;

  /** @throws HoldfastError ERR_PIPELINED_STREAM when the response has to wait for another one. */
  constructor(res: ServerResponse) {
    const { socket } = res;
    if (socket === null) throw pipelined();
    this.#res = res;
    this.socket = socket;
    prepareConnection(socket);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    res.on('drain', this.#onDrain);
    res.on('error', this.#onError);
    res.on('close', this.#onClose);
  }

  get unsentBytes(): number {
    return this.#res.writableLength + unsentBytesOf(this.socket);
  }

  /**
   * Sets the head. Middleware that compresses all the same is told to let every write go, where it can be; where it can
   * not, events would wait in it, and that is said.
   */
  sendHead(headers: Readonly<Record<string, string>>): void {
    setHeaders(this.#res, headers);
    this.#res.writeHead(200);
    if (this.#res.getHeader('content-encoding') === undefined) return;
    const { flush } = this.#res as ServerResponse & { flush?: () => void };
    if (typeof flush === 'function') this.#flush = flush;
    else warnOfCompression();
  }

  write(chunk: Chunk): boolean {
    const isTaken = this.#res.write(chunk.bytes);
    this.#flush?.call(this.#res);
    return isTaken;
  }

  /**
   * The connection is ended with the response. On a connection that stays, a client would come back to a hub that
   * drains, be told 503, and EventSource then gives up for good; a new connection finds a hub that takes it.
   */
  end(last?: Chunk): void {
    const endConnection = () => void this.socket.end();
    if (last === undefined) this.#res.end(endConnection);
    else this.#res.end(last.bytes, endConnection);
  }

  reset(): void {
    resetConnection(this.socket);
  }

  /** The same, for a reason of our own. */
  cutOff(reason: EndReason): void {
    this.#closeReason = reason;
    this.reset();
  }

  readonly #onDrain = (): void => this.listener?.onDrain();

  // FIN: the client says that it has left. node:http closes the connection on it.
  readonly #onEnd = (): void => {
    this.#closeReason = 'client-left';
  };

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (this.#closeReason === 'error') this.#closeReason = reasonOfError(error);
  };

  readonly #onClose = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // The connection may live on and carry other requests.
    this.socket.off('end', this.#onEnd);
    this.socket.off('error', this.#onError);
    this.listener?.onClose(this.#closeReason);
  };
}

/** One by one, so that what middleware has set stays, and its `vary` as well. */
export function setHeaders(res: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'vary') res.appendHeader(name, value);
    else res.setHeader(name, value);
  }
}

let isWarned = false;

/** Once a process: it is a mistake in how the application is put together. */
function warnOfCompression(): void {
  if (isWarned) return;
  isWarned = true;
  process.emitWarning(
    'Middleware compresses an event stream, and its events wait there until its buffer is full',
    {
      type: 'HoldfastWarning',
      code: 'COMPRESSED_STREAM',
      detail: 'Have it leave out text/event-stream, or respect `cache-control: no-transform`.',
    },
  );
}

/** A stream that shares its connection with requests before or behind it. */
export function pipelined(): HoldfastError {
  return new HoldfastError(
    'ERR_PIPELINED_STREAM',
    'Other requests are under way on the connection of this one',
    'Open each stream on a connection of its own, or wait for the answer before it.',
  );
}
