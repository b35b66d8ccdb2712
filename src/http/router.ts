// Finds the route of a request and turns every failure into an answer.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { HoldfastError } from '../base/errors.ts';
import { shorten } from '../base/options.ts';
import type { HubCore } from '../hub/hub-core.ts';
import { allowOrigin, answerOptions } from './cors.ts';
import { failureOf } from './failure.ts';
import type { ResolvedHubOptions } from './hub-options.ts';
import { sendProblem } from './problem.ts';
import { readRequestUrl } from './request-url.ts';
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
      const values = { method: req.method, url: req.url };
      sendProblem(res, failureOf(error, this.#options.logger, values));
      dropBody(req);
    }
  }

  async #dispatch(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = 'GET' } = req;
    const url = readRequestUrl(req.url ?? '/');
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
}

function dropBody(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  let droppedBytes = 0;
  req.on('data', (chunk: Buffer) => {
    droppedBytes += chunk.byteLength;
    if (droppedBytes > MAX_DROPPED_BYTES) req.destroy();
  });
}
