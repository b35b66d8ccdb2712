// POST /publish: one event, an array, or NDJSON; answers once the log has them all.

import type { Readable } from 'node:stream';
import { HoldfastError } from '../base/errors.ts';
import { shorten } from '../base/options.ts';
import { requestAccess } from './authorization.ts';
import { type BodyLimits, bodyTooLarge, createEventBody, type EventBody } from './event-body.ts';
import { problemAnswer } from './problem.ts';
import type { Route } from './route.ts';

const MEDIA_TYPES = 'application/json, application/x-ndjson';

export const publishRoute: Route = {
  path: '/publish',
  methods: ['POST'],
  async answer(request) {
    const { headers, hub, options, body: stream } = request;
    const access = await requestAccess(options.authorize, request, options.authorizeTimeoutMs);
    // Who may publish nothing is told so before the body is read.
    access.checkMayPublish();
    if (stream === undefined || stream.readableEnded) throw bodyRead();
    if (stream.destroyed) throw bodyCut();
    const body = createEventBody(headers['content-type'], options);
    const encoding = headers['content-encoding'] ?? 'identity';
    if (body === undefined || encoding !== 'identity') {
      const problem = problemAnswer(unsupportedType(headers['content-type'], encoding));
      return { ...problem, headers: { ...problem.headers, 'accept-post': MEDIA_TYPES } };
    }
    if (Number(headers['content-length'] ?? 0) > options.maxBodyBytes) throw bodyTooLarge(options);
    await readBody(stream, body, options);
    const drafts = hub.checkBatch(body.end());
    access.checkPublish(drafts.map((draft) => draft.topic));
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: `${JSON.stringify({ ids: await hub.append(drafts) })}\n`,
    };
  },
};

async function readBody(
  stream: Readable,
  body: EventBody,
  limits: BodyLimits & { readonly bodyTimeoutMs: number },
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(bodyTimeout(limits.bodyTimeoutMs)), limits.bodyTimeoutMs);
      stream.on('data', (chunk: Buffer) => {
        try {
          body.push(chunk);
        } catch (error) {
          reject(error);
        }
      });
      // 'close' comes behind 'end' too, and an error takes 20 us to make.
      const onCut = () => {
        if (!stream.readableEnded) reject(bodyCut());
      };
      stream.on('end', resolve);
      stream.on('close', onCut);
      stream.on('error', onCut);
    });
  } finally {
    clearTimeout(timer);
    // What else of it comes is dropped, and not looked at.
    stream.removeAllListeners('data');
  }
}

function unsupportedType(contentType: string | undefined, encoding: string): HoldfastError {
  return new HoldfastError(
    'ERR_BAD_CONTENT_TYPE',
    encoding !== 'identity'
      ? `The content encoding ${JSON.stringify(shorten(encoding))} is not supported`
      : contentType === undefined
        ? 'The request has no content type'
        : `The content type ${JSON.stringify(contentType)} is not one of ${MEDIA_TYPES}`,
    'Send plain JSON as application/json, or one event a line as application/x-ndjson.',
  );
}

function bodyRead(): HoldfastError {
  return new HoldfastError(
    'ERR_BODY_READ',
    'The body of the request was read before the hub could',
    'Mount the hub before body parsers, or publish in code with hub.publish.',
  );
}

function bodyTimeout(timeoutMs: number): HoldfastError {
  return new HoldfastError(
    'ERR_BODY_TIMEOUT',
    `The body did not arrive within ${timeoutMs} ms`,
    'Publish in smaller batches; nothing of this one was published.',
  );
}

function bodyCut(): HoldfastError {
  return new HoldfastError('ERR_BODY_TIMEOUT', 'The connection ended before the body', 'Publish again.');
}
