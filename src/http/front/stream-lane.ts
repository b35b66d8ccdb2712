// The fast lane: a stream straight on its socket, for requests whose head the strict reader took. The same
// checks as over node:http, and the same answers.

import type { Socket } from 'node:net';
import type { HubCore } from '../../hub/hub-core.ts';
import type { AccessRequest } from '../authorization.ts';
import { ignoreError } from '../connection.ts';
import { corsHeaders } from '../cors.ts';
import { failureOf } from '../failure.ts';
import type { ResolvedHubOptions } from '../hub-options.ts';
import { problemAnswer } from '../problem.ts';
import { answerRaw, responseHead } from '../raw-answer.ts';
import { readRequestUrl } from '../request-url.ts';
import { admitStream } from '../stream-admission.ts';
import { STREAM_HEADERS } from '../stream-headers.ts';
import type { RequestHead } from './request-head.ts';
import { SocketOutlet } from './socket-outlet.ts';

export class StreamLane {
  readonly #hub: HubCore;
  readonly #options: ResolvedHubOptions;

  constructor(hub: HubCore, options: ResolvedHubOptions) {
    this.#hub = hub;
    this.#options = options;
  }

  /** Answers a stream's request on a socket that is paused, and whose errors `ignoreError` hears. */
  async answer(socket: Socket, { target, headers }: RequestHead): Promise<void> {
    const { corsOrigins, logger } = this.#options;
    const cors = corsHeaders(headers.origin, corsOrigins);
    try {
      const url = readRequestUrl(target);
      const open = await admitStream(accessRequest(socket, url, headers), this.#hub, this.#options);
      if (socket.destroyed) return;
      if (open !== undefined) {
        // The connection is closed when the stream ends; see `ResponseOutlet.end`.
        const head = responseHead(200, { ...STREAM_HEADERS, ...cors, 'transfer-encoding': 'chunked' });
        socket.off('error', ignoreError);
        open(new SocketOutlet(socket, head));
      } else {
        answerRaw(socket, { status: 204, headers: { ...cors, 'cache-control': 'no-store' }, body: '' });
      }
    } catch (error) {
      if (socket.destroyed) return;
      const answer = problemAnswer(failureOf(error, logger, { method: 'GET', url: target }));
      answerRaw(socket, { ...answer, headers: { ...cors, ...answer.headers } });
    }
  }
}

function accessRequest(socket: Socket, url: URL, headers: AccessRequest['headers']): AccessRequest {
  return {
    method: 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    // Asked only when wanted: node:net keeps the answer, some 150 bytes for the life of the socket.
    get remoteAddress() {
      return socket.remoteAddress;
    },
  };
}
