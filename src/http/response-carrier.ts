// Answers requests of a node:http server.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { isStream, type WholeAnswer } from './answer.ts';
import { RequestsUnderWay } from './requests-under-way.ts';
import { pipelined, ResponseOutlet, setHeaders } from './response-outlet.ts';
import type { Asked, Router } from './router.ts';

// What is left of a request body after its answer is read and dropped up to here, so that the answer arrives:
// closing with unread data would reset the connection under it.
const MAX_DROPPED_BYTES = 16 * 1024 * 1024;

const underWay = new RequestsUnderWay();

/** Answers one request. Never rejects. */
export async function answerResponse(
  router: Router,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { socket } = req;
  // Another answer has begun: a timeout of the framework, mostly. Nothing that is said now could be understood.
  if (res.headersSent || res.writableEnded) {
    refuseAnswered(router, req, res);
    return;
  }
  // Its client has gone while middleware was at work, and nothing will tell of its end.
  if (res.destroyed || socket.destroyed) return;
  if (!underWay.begin(socket)) return;
  // Not when it is given to the response: behind another it waits there.
  res.once('close', () => underWay.end(socket));
  const asked: Asked = {
    method: req.method ?? 'GET',
    target: req.url ?? '/',
    headers: req.headers,
    remoteAddress: socket.remoteAddress,
    body: req,
  };
  const answer = await router.answer(asked);
  // Meanwhile `authorize` was asked, or a body was read.
  if (res.headersSent) {
    refuseAnswered(router, req, res);
    return;
  }
  if (!isStream(answer)) {
    // Whoever keeps the connection would send its next request to a hub that is gone.
    if (router.isDraining) res.setHeader('connection', 'close');
    sendWhole(req, res, answer);
    return;
  }
  if (res.destroyed || socket.destroyed) return;
  try {
    answer.open(() => {
      if (underWay.hasOthers(socket)) throw pipelined();
      const outlet = new ResponseOutlet(res);
      outlet.sendHead(answer.headers);
      underWay.stream(socket, outlet);
      return outlet;
    });
  } catch (error) {
    // The requests behind go with the connection.
    res.setHeader('connection', 'close');
    sendWhole(req, res, router.failure(asked, error));
  }
}

/**
 * Somebody else has begun an answer. What is missing of it can come from nobody, so the connection is cut; a client that
 * waits for the rest would wait for ever.
 */
function refuseAnswered(router: Router, req: IncomingMessage, res: ServerResponse): void {
  const message = 'A request was answered before it was given to the hub';
  const help = 'Do not let middleware pass on what it has answered, such as a timeout of its own.';
  router.logger.error({ code: 'ERR_HEAD_SENT', method: req.method, url: req.url, help }, message);
  if (!isWarned)
    process.emitWarning(message, { type: 'HoldfastWarning', code: 'ERR_HEAD_SENT', detail: help });
  isWarned = true;
  if (!res.writableEnded) res.destroy();
}

// A warning of Node.js is seen by those who have no logger yet; once a process is enough.
let isWarned = false;

function sendWhole(req: IncomingMessage, res: ServerResponse, answer: WholeAnswer): void {
  const { status, body } = answer;
  setHeaders(res, answer.headers);
  if (body !== undefined) res.setHeader('content-length', Buffer.byteLength(body));
  res.writeHead(status);
  res.end(req.method === 'HEAD' ? undefined : body);
  dropBody(req);
}

function dropBody(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  let droppedBytes = 0;
  req.on('data', (chunk: Buffer) => {
    droppedBytes += chunk.byteLength;
    if (droppedBytes > MAX_DROPPED_BYTES) req.destroy();
  });
}
