// Answers web Requests with web Responses, for frameworks that are built on them.

import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { isStream, type WholeAnswer } from './answer.ts';
import type { Asked, Router } from './router.ts';
import { WebOutlet } from './web-outlet.ts';

/** Nobody gets to see it; what logs requests knows it from nginx. */
const CLIENT_CLOSED_REQUEST = 499;

/** Answers one request. Never rejects. */
export async function answerFetch(router: Router, request: Request): Promise<Response> {
  const asked: Asked = {
    method: request.method,
    target: request.url,
    headers: Object.fromEntries(request.headers),
    remoteAddress: undefined,
    body: bodyOf(request),
  };
  const answer = await router.answer(asked);
  // What nobody has read of it is not wanted.
  asked.body?.destroy();
  if (!isStream(answer)) return wholeResponse(request, answer);
  // Its client has gone meanwhile: nobody would read the stream, and it would hold a place until it counts as stalled.
  if (request.signal.aborted) return new Response(null, { status: CLIENT_CLOSED_REQUEST });
  const outlet = new WebOutlet(request.signal);
  try {
    answer.open(() => outlet);
  } catch (error) {
    return wholeResponse(request, router.failure(asked, error));
  }
  return new Response(outlet.body, { headers: answer.headers });
}

function wholeResponse({ method }: Request, { status, headers, body }: WholeAnswer): Response {
  const content = method === 'HEAD' ? undefined : (body as string | Uint8Array<ArrayBuffer> | undefined);
  return new Response(content, { status, headers });
}

// A body that was read before cannot be read again: that is told as one that is not there.
function bodyOf({ body, bodyUsed }: Request): Readable | undefined {
  if (body === null || bodyUsed || body.locked) return undefined;
  return Readable.fromWeb(body as NodeReadableStream);
}
