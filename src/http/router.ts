// Finds the route of a request and turns every failure into an answer.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { HoldfastError } from '../base/errors.ts';
import { shorten } from '../base/options.ts';
import type { HubCore } from '../hub/hub-core.ts';
import { allowOrigin, answerOptions } from './cors.ts';
import type { ResolvedHubOptions } from './hub-options.ts';
import { sendProblem } from './problem.ts';
import type { Route } from './route.ts';

// What is left of a request body after its answer is read and dropped up to here, so that the answer arrives:
// closing with unread data would reset the connection under it.
const MAX_DROPPED_BYTES = 16 * 1024 * 1024;

export class Router {
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #hub: HubCore;
  readonly #options: ResolvedHubOptions;

  constructor(routes: readonly Route[], hub: HubCore, options: ResolvedHubOptions) {
    this.#routes = new Map(routes.map((route) => [route.path, route]));
    if (this.#routes.size < routes.length) {
      throw new TypeError('Expected every asset to have a path of its own, beside those of the routes');
    }
    this.#hub = hub;
    this.#options = options;
  }

  async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      allowOrigin(req, res, this.#options.corsOrigins);
      await this.#dispatch(req, res);
    } catch (error) {
      sendProblem(res, this.#toHoldfastError(error, req));
      dropBody(req);
    }
  }

  async #dispatch(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = 'GET' } = req;
    const url = readUrl(req.url ?? '/');
    const route = this.#routes.get(url.pathname);
    if (route === undefined) {
      throw new HoldfastError(
        'ERR_NOT_FOUND',
        `There is no route ${JSON.stringify(shorten(url.pathname))}`,
        'The routes are /stream, /publish, /healthz, /readyz and /healthz/stream.',
      );
    }
    if (method === 'OPTIONS') {
      answerOptions(res, route.methods);
    } else if (route.methods.includes(method)) {
      await route.answer({ req, res, url, hub: this.#hub, options: this.#options });
    } else {
      const allow = [...route.methods, 'OPTIONS'].join(', ');
      res.setHeader('allow', allow);
      throw new HoldfastError(
        'ERR_METHOD_NOT_ALLOWED',
        `${route.path} does not take ${shorten(method)}`,
        `Use ${allow}.`,
      );
    }
  }

  #toHoldfastError(error: unknown, req: IncomingMessage): HoldfastError {
    if (error instanceof HoldfastError) return error;
    const values = { err: error, method: req.method, url: req.url };
    try {
      this.#options.logger.error(values, 'A request failed');
    } catch {
      // A logger that fails has nowhere to be logged; the request still gets its answer.
    }
    return new HoldfastError(
      'ERR_INTERNAL',
      'The hub met an error that it did not expect',
      'Its log has the details; try again in a few seconds.',
      { cause: error },
    );
  }
}

// The target may be a path or, from proxies, a whole URL; the host says nothing that a route needs.
function readUrl(target: string): URL {
  const url = URL.parse(target, 'http://hub.invalid');
  if (url !== null && !target.startsWith('//')) {
    checkQueryEncoding(url.search);
    return url;
  }
  throw new HoldfastError(
    'ERR_NOT_FOUND',
    `${JSON.stringify(shorten(target))} is no path`,
    'Ask for a path.',
  );
}

// URLSearchParams puts U+FFFD in place of bytes that are no UTF-8: that would be another topic, in silence.
function checkQueryEncoding(search: string): void {
  try {
    decodeURIComponent(search.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch (cause) {
    throw new HoldfastError(
      'ERR_BAD_QUERY',
      'The query is not percent-encoded UTF-8',
      'Encode parameters with encodeURIComponent or URLSearchParams.',
      { cause },
    );
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
