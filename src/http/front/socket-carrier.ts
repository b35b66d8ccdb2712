// The fast lane: a stream straight on its socket, for requests whose head the strict reader took. It asks the same
// route as node:http does, and gives the same answers.

import type { Socket } from 'node:net';
import { isStream } from '../answer.ts';
import { ignoreError } from '../connection.ts';
import { answerRaw, responseHead } from '../raw-answer.ts';
import type { Asked, Router } from '../router.ts';
import { streamRoute } from '../stream-route.ts';
import type { RequestHead } from './request-head.ts';
import { SocketOutlet } from './socket-outlet.ts';

/** Answers a stream's request on a socket that is paused, and whose errors `ignoreError` hears. Never rejects. */
export async function answerOnSocket(
  router: Router,
  socket: Socket,
  { target, headers }: RequestHead,
): Promise<void> {
  const asked: Asked = {
    method: 'GET',
    target,
    headers,
    // node:net keeps the answer, some 150 bytes for the life of the socket.
    get remoteAddress() {
      return socket.remoteAddress;
    },
    body: undefined,
  };
  const answer = await router.answer(asked, streamRoute);
  if (socket.destroyed) return;
  if (!isStream(answer)) {
    answerRaw(socket, answer);
    return;
  }
  try {
    answer.open(() => {
      socket.off('error', ignoreError);
      // The connection is closed when the stream ends; see `ResponseOutlet.end`.
      return new SocketOutlet(
        socket,
        responseHead(200, { ...answer.headers, 'transfer-encoding': 'chunked' }),
      );
    });
  } catch (error) {
    answerRaw(socket, router.failure(asked, error));
  }
}
