// Opens an event stream of the application's own, without a hub, on a response of node:http or as a web Response. For
// answers that concern one client; for feeds that many follow, or that must survive a reconnect, there are topics.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { HoldfastError } from '../base/errors.ts';
import { resolveOptions } from '../base/options.ts';
import type { Outlet } from '../hub/outlet.ts';
import {
  type EventStream,
  OwnStream,
  type ResolvedStreamOptions,
  type StreamOptions,
  streamOptions,
} from './own-stream.ts';
import { ResponseOutlet } from './response-outlet.ts';
import { STREAM_HEADERS } from './stream-headers.ts';
import { WebOutlet } from './web-outlet.ts';

/** A stream that answers a web Request. */
export interface WebEventStream extends EventStream {
  /** Its head, and its events as the body. */
  readonly response: Response;
}

/**
 * Answers a request with an event stream.
 *
 * @throws HoldfastError ERR_HEAD_SENT when the response has begun already, ERR_PIPELINED_STREAM; TypeError for
 * options that are not usable.
 * @example
 * ```ts
 * const stream = openStream(req, res);
 * stream.send({ id: '1', type: 'progress', data: { percent: 10 } });
 * stream.signal.addEventListener('abort', () => job.cancel());
 * ```
 */
export function openStream(req: IncomingMessage, res: ServerResponse, options?: StreamOptions): EventStream;
/**
 * Answers a web Request with an event stream: give its `response` to the framework.
 *
 * @throws TypeError for options that are not usable.
 */
export function openStream(request: Request, options?: StreamOptions): WebEventStream;
export function openStream(
  req: IncomingMessage | Request,
  given?: ServerResponse | StreamOptions,
  options?: StreamOptions,
): EventStream {
  if (isWebRequest(req)) {
    return openWebStream(
      req,
      resolveOptions('openStream', streamOptions, given as StreamOptions | undefined),
    );
  }
  return openNodeStream(req, given as ServerResponse, resolveOptions('openStream', streamOptions, options));
}

// Not by its class: servers bring request classes of their own.
function isWebRequest(request: IncomingMessage | Request): request is Request {
  return typeof (request.headers as Partial<Headers>).get === 'function';
}

function openWebStream(request: Request, options: ResolvedStreamOptions): WebEventStream {
  const lastEventId = request.headers.get('last-event-id') ?? '';
  const isWanted = request.method !== 'HEAD' && !request.signal.aborted;
  const outlet = isWanted ? new WebOutlet(request.signal) : undefined;
  const stream = new OwnStream(outlet, lastEventId, options);
  const response = new Response(outlet?.body ?? null, { headers: STREAM_HEADERS });
  return Object.assign(stream, { response });
}

function openNodeStream(
  req: IncomingMessage,
  res: ServerResponse,
  resolved: ResolvedStreamOptions,
): EventStream {
  if (res.headersSent) {
    throw new HoldfastError(
      'ERR_HEAD_SENT',
      'The response has sent its head before the stream was opened',
      'Call openStream before anything is written, and leave status and headers to it.',
    );
  }
  const lastEventId = (req.headers['last-event-id'] as string | undefined) ?? '';
  // A client that left before the handler ran, or that wants only the head, gets a stream that has ended.
  if (res.destroyed || req.socket.destroyed) return new OwnStream(undefined, lastEventId, resolved);
  if (req.method === 'HEAD') {
    res.writeHead(200, STREAM_HEADERS).end();
    return new OwnStream(undefined, lastEventId, resolved);
  }
  const outlet = new ResponseOutlet(res);
  outlet.sendHead(STREAM_HEADERS);
  return new OwnStream(outlet, lastEventId, resolved);
}

/** The same on an outlet whose head is set. */
export function openOn(outlet: Outlet, options?: StreamOptions): EventStream {
  return new OwnStream(outlet, '', resolveOptions('openStream', streamOptions, options));
}
