// A stream carried by node:http's ServerResponse. It pushes back by the response's own high water mark (64 KiB
// in Node 24) instead of by the first byte that the kernel does not take: `drain` comes only after that mark,
// and middleware that wraps `write` keeps the same contract.

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { HoldfastError } from '../base/errors.ts';
import type { Outlet, OutletListener } from '../hub/outlet.ts';
import type { EndReason } from '../wire/index.ts';

const KEEPALIVE_DELAY_MS = 60_000;
const RESET_CODES = new Set(['ECONNRESET', 'EPIPE']);
const LOST_CODES = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN']);

export class ResponseOutlet implements Outlet {
  listener: OutletListener | undefined;
  readonly #res: ServerResponse;
  readonly #socket: Socket;
  #closeReason: EndReason = 'error';
  #isClosed = false;

  /** @throws HoldfastError ERR_PIPELINED_STREAM when the response has to wait for another one. */
  constructor(res: ServerResponse) {
    const { socket } = res;
    if (socket === null) {
      throw new HoldfastError(
        'ERR_PIPELINED_STREAM',
        'The request came before an earlier answer on its connection was complete',
        'Open each stream on a connection of its own, or wait for the answer before it.',
      );
    }
    this.#res = res;
    this.#socket = socket;
    // A stream is silent on the request side for hours: no inactivity limit, and the kernel asks after the peer.
    socket.setTimeout(0);
    socket.setKeepAlive(true, KEEPALIVE_DELAY_MS);
    socket.setNoDelay(true);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    res.on('drain', this.#onDrain);
    res.on('error', this.#onError);
    res.on('close', this.#onClose);
  }

  get unsentBytes(): number {
    // [node] net.Socket's own timeout reads the same number to see whether a write moves: libuv counts down the
    // bytes of a write that the kernel has taken in part, while writableLength falls only when all are taken.
    const handle = (this.#socket as Socket & { _handle?: { writeQueueSize?: number } | null })._handle;
    return this.#res.writableLength + (handle?.writeQueueSize ?? 0);
  }

  write(bytes: Uint8Array): boolean {
    return this.#res.write(bytes);
  }

  /**
   * The connection is ended with the response. On a connection that stays, a client would come back to a hub that
   * drains, be told 503, and EventSource then gives up for good; a new connection finds a hub that takes it.
   */
  end(last: Uint8Array): void {
    this.#res.end(last, () => this.#socket.end());
  }

  reset(): void {
    // Only plain TCP can be reset; TLS and unix sockets say so by throwing.
    if (this.#socket instanceof TLSSocket || this.#socket.remoteAddress === undefined) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  readonly #onDrain = (): void => this.listener?.onDrain();

  // FIN: the client says that it has left. node:http closes the connection on it.
  readonly #onEnd = (): void => {
    this.#closeReason = 'client-left';
  };

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (this.#closeReason !== 'error') return;
    if (RESET_CODES.has(error.code ?? '')) this.#closeReason = 'client-reset';
    else if (LOST_CODES.has(error.code ?? '')) this.#closeReason = 'client-lost';
  };

  readonly #onClose = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // The connection may live on and carry other requests.
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('error', this.#onError);
    this.listener?.onClose(this.#closeReason);
  };
}
