// Answers requests of a node:http server.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, isStream, type WholeAnswer } from './answer.ts';
import { RequestsUnderWay } from './requests-under-way.ts';
import { pipelined, ResponseOutlet } from './response-outlet.ts';
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
  if (!isStream(answer)) {
    // Whoever keeps the connection would send its next request to a hub that is gone.
    if (router.isDraining && !res.headersSent) res.setHeader('connection', 'close');
    sendWhole(req, res, answer);
    return;
  }
  if (res.destroyed || socket.destroyed) return;
  try {
    answer.open(() => {
      if (underWay.hasOthers(socket)) throw pipelined();
      const outlet = new ResponseOutlet(res);
      setHeaders(res, answer);
      res.writeHead(200);
      underWay.stream(socket, outlet);
      return outlet;
    });
  } catch (error) {
    // The requests behind go with the connection.
    res.setHeader('connection', 'close');
    sendWhole(req, res, router.failure(asked, error));
  }
}

/** Sends a whole answer, or cuts the connection where another has begun already. */
function sendWhole(req: IncomingMessage, res: ServerResponse, answer: WholeAnswer): void {
  const { status, body } = answer;
  if (res.headersSent) {
    res.destroy();
    return;
  }
  setHeaders(res, answer);
  if (body !== undefined) res.setHeader('content-length', Buffer.byteLength(body));
  res.writeHead(status);
  res.end(req.method === 'HEAD' ? undefined : body);
  dropBody(req);
}

// One by one, so that what middleware has set stays, and its `vary` as well.
function setHeaders(res: ServerResponse, { headers }: Answer): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'vary') res.appendHeader(name, value);
    else res.setHeader(name, value);
  }
}

function dropBody(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  let droppedBytes = 0;
  req.on('data', (chunk: Buffer) => {
    droppedBytes += chunk.byteLength;
    if (droppedBytes > MAX_DROPPED_BYTES) req.destroy();
  });
}
