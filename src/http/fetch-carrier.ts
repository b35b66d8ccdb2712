// Answers web Requests with web Responses, for frameworks that are built on them.

import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { isStream, type WholeAnswer } from './answer.ts';
import type { Asked, Router } from './router.ts';
import { WebOutlet } from './web-outlet.ts';

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
  const outlet = new WebOutlet();
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
