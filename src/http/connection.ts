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

/** Bytes written to the socket that the kernel has not taken. */
export function unsentBytesOf(socket: Socket): number {
  // [node] net.Socket's own timeout reads the same number to see whether a write moves: libuv counts down the
  // bytes of a write that the kernel has taken in part, while writableLength falls only when all are taken.
  const handle = (socket as Socket & { _handle?: { writeQueueSize?: number } | null })._handle;
  return handle?.writeQueueSize ?? 0;
}

/** Cuts the connection with a RST where it can be, and throws away what it holds. */
export function resetConnection(socket: Socket): void {
  // Only plain TCP can be reset; TLS and unix sockets say so by throwing.
  if (socket instanceof TLSSocket || socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/** Why a stream ended, from the error of its connection. */
export function reasonOfError(error: NodeJS.ErrnoException): EndReason {
  if (RESET_CODES.has(error.code ?? '')) return 'client-reset';
  return LOST_CODES.has(error.code ?? '') ? 'client-lost' : 'error';
}
