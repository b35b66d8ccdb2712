// POST /publish: one event, an array, or NDJSON; answers once the log has them all.

import type { IncomingMessage } from 'node:http';
import { HoldfastError } from '../base/errors.ts';
import { shorten } from '../base/options.ts';
import { accessRequestOf, requestAccess } from './authorization.ts';
import { type BodyLimits, bodyTooLarge, createEventBody, type EventBody } from './event-body.ts';
import type { Exchange, Route } from './route.ts';

const MEDIA_TYPES = 'application/json, application/x-ndjson';

export const publishRoute: Route = {
  path: '/publish',
  methods: ['POST'],
  async answer({ req, res, url, hub, options }: Exchange): Promise<void> {
    const access = await requestAccess(
      options.authorize,
      accessRequestOf(req, url),
      options.authorizeTimeoutMs,
    );
    // Who may publish nothing is told so before the body is read.
    access.checkMayPublish();
    if (req.readableEnded) throw bodyRead();
    if (req.destroyed) return;
    const body = createEventBody(req.headers['content-type'], options);
    const encoding = req.headers['content-encoding'] ?? 'identity';
    if (body === undefined || encoding !== 'identity') {
      res.setHeader('accept-post', MEDIA_TYPES);
      throw unsupportedType(req.headers['content-type'], encoding);
    }
    if (Number(req.headers['content-length'] ?? 0) > options.maxBodyBytes) throw bodyTooLarge(options);
    await readBody(req, body, options);
    const drafts = hub.checkBatch(body.end());
    access.checkPublish(drafts.map((draft) => draft.topic));
    const answer = `${JSON.stringify({ ids: await hub.append(drafts) })}\n`;
    res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    res.end(answer);
  },
};

async function readBody(
  req: IncomingMessage,
  body: EventBody,
  limits: BodyLimits & { readonly bodyTimeoutMs: number },
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(bodyTimeout(limits.bodyTimeoutMs)), limits.bodyTimeoutMs);
      req.on('data', (chunk: Buffer) => {
        try {
          body.push(chunk);
        } catch (error) {
          reject(error);
        }
      });
      req.on('end', resolve);
      req.on('close', () => reject(bodyCut()));
      req.on('error', () => reject(bodyCut()));
    });
  } finally {
    clearTimeout(timer);
    // What else of it comes is dropped, and not looked at.
    req.removeAllListeners('data');
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
