// What both kinds of outlet need to know of the TCP connection under them.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { EndReason } from '../wire/index.ts';

// With nothing in flight only this finds a peer that is gone; with a heartbeat in flight the reaper does.
const KEEPALIVE_DELAY_MS = 60_000;
const RESET_CODES = new Set(['ECONNRESET', 'EPIPE']);
const LOST_CODES = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN']);

/** A stream is silent on the request side for hours: no inactivity limit, and the kernel asks after the peer. */
export function prepareConnection(socket: Socket): void {
  socket.setTimeout(0);
  socket.setKeepAlive(true, KEEPALIVE_DELAY_MS);
  socket.setNoDelay(true);
}

/**
 * Hears the errors of a socket until somebody serves it: it closes, which is all there is to know, and unheard they would
 * end the process.
 */
export function ignoreError(): void {}

type Ends = { port?: number; address?: string };
// The handle of a socket, of which these are not documented. Where one is missing, the documented way is taken.
type Handle = {
  readonly writeQueueSize?: number;
  getpeername?(out: Ends): number;
  getsockname?(out: Ends): number;
};
const handleOf = (socket: Socket) => (socket as Socket & { _handle?: Handle | null })._handle;

/** Who is connected: local port, port and address of the peer. */
export interface Connection {
  readonly localPort: number;
  readonly remotePort: number;
  readonly remoteAddress: string;
}

/**
 * Both ends of a connection, or undefined when it is gone. Asked of the handle: node:net keeps what it is asked for, 300
 * bytes for the life of the socket.
 */
export function connectionOf(socket: Socket): Connection | undefined {
  const handle = handleOf(socket);
  const peer: Ends = {};
  const own: Ends = {};
  if (handle?.getpeername?.(peer) !== 0 || handle.getsockname?.(own) !== 0) {
    const { localPort, remotePort, remoteAddress } = socket;
    if (localPort === undefined || remotePort === undefined || remoteAddress === undefined) return undefined;
    return { localPort, remotePort, remoteAddress };
  }
  return { localPort: own.port ?? 0, remotePort: peer.port ?? 0, remoteAddress: peer.address ?? '' };
}

/** Bytes written to the socket that the kernel has not taken. */
export function unsentBytesOf(socket: Socket): number {
  // [node] net.Socket's own timeout reads the same number to see whether a write moves: libuv counts down the
  // bytes of a write that the kernel has taken in part, while writableLength falls only when all are taken.
  return handleOf(socket)?.writeQueueSize ?? 0;
}

/** Cuts the connection with a RST where it can be, and throws away what it holds. */
export function resetConnection(socket: Socket): void {
  // [node] Between the FIN that is asked for and the FIN that is sent a reset is refused, and the socket then never
  // emits 'close'.
  const isShuttingDown = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  // Only plain TCP can be reset; TLS and unix sockets say so by throwing.
  const isPlain = !(socket instanceof TLSSocket) && socket.remoteAddress !== undefined;
  if (isPlain && !isShuttingDown) socket.resetAndDestroy();
  else socket.destroy();
}

/** Why a stream ended, from the error of its connection. */
export function reasonOfError(error: NodeJS.ErrnoException): EndReason {
  if (RESET_CODES.has(error.code ?? '')) return 'client-reset';
  return LOST_CODES.has(error.code ?? '') ? 'client-lost' : 'error';
}
