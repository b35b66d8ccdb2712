// Answers what node:http could not read as a request: a problem document in place of a request handler's answer.

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HoldfastError } from '../base/errors.ts';
import { problemAnswer } from '../http/problem.ts';
import { answerRaw } from '../http/raw-answer.ts';

/** For the `clientError` event of a server. */
export function answerClientError(error: NodeJS.ErrnoException, duplex: Duplex): void {
  // node:http types it as a Duplex; over TCP it is a Socket, with the answer that is under way on it.
  const socket = duplex as Socket & { readonly _httpMessage?: ServerResponse | null };
  // Answered before: what follows garbage is garbage, and is dropped until the connection closes.
  if (socket.writableEnded && !socket.destroyed) return;
  // An answer that is under way is the answer to an earlier, good request (a stream, say, or a publish that
  // garbage follows). A second one would land in the middle of it, or be taken for it.
  if (!socket.writable || socket._httpMessage || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  answerRaw(socket, problemAnswer(problemFor(error.code)));
}

function problemFor(code: string | undefined): HoldfastError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new HoldfastError(
      'ERR_HEAD_TOO_LARGE',
      'The head has too many bytes',
      'Send fewer or shorter headers.',
    );
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const help = 'Send the whole request without a pause.';
    return new HoldfastError('ERR_REQUEST_TIMEOUT', 'The request took too long to arrive', help);
  }
  return new HoldfastError(
    'ERR_BAD_REQUEST',
    `What arrived is not HTTP/1.1 (${code})`,
    'Check what the client sends.',
  );
}
