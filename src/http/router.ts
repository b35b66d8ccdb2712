// Finds the route of a request and turns every failure into an answer. It knows nothing of what carries either.

import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { HoldfastError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { shorten } from '../base/options.ts';
import type { HubCore } from '../hub/hub-core.ts';
import type { Answer, WholeAnswer } from './answer.ts';
import { comeBackAnswer, comesBack } from './come-back.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import { failureOf } from './failure.ts';
import type { ResolvedHubOptions } from './hub-options.ts';
import { problemAnswer } from './problem.ts';
import { readRequestUrl } from './request-url.ts';
import type { Route, RouteRequest } from './route.ts';

/** A request as it came. */
export interface Asked {
  readonly method: string;
  /** The path and the query, or a whole URL. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Read only when somebody wants to know. */
  readonly remoteAddress: string | undefined;
  readonly body: Readable | undefined;
}

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

  /** Whether connections had better not be kept for more requests. */
  get isDraining(): boolean {
    return this.#hub.isDraining;
  }

  get logger(): Logger {
    return this.#options.logger;
  }

  /** Answers by the route of the request's path, or by the one given. Never rejects. */
  async answer(asked: Asked, given?: Route): Promise<Answer> {
    try {
      const url = readRequestUrl(asked.target);
      const route = given ?? this.#find(this.#withoutBase(url.pathname));
      const allow = [...route.methods, 'OPTIONS'].join(', ');
      if (asked.method === 'OPTIONS') return this.#preflight(asked, allow);
      if (!route.methods.includes(asked.method)) {
        return this.failure(asked, wrongMethod(route.path, asked.method, allow), { allow });
      }
      const answer = await route.answer(this.#requestOf(asked, url, route));
      return { ...answer, headers: { ...this.#cors(asked), ...answer.headers } };
    } catch (error) {
      return this.failure(asked, error);
    }
  }

  /** The answer that tells of a failure; one that the hub does not know is logged. */
  failure(asked: Asked, error: unknown, headers: Readonly<Record<string, string>> = {}): WholeAnswer {
    const values = { method: asked.method, url: asked.target };
    const failure = failureOf(error, this.#options.logger, values);
    const answer = comesBack(asked, failure) ? comeBackAnswer(failure) : problemAnswer(failure);
    return { ...answer, headers: { ...this.#cors(asked), ...answer.headers, ...headers } };
  }

  #find(path: string): Route {
    const route = this.#routes.get(path);
    if (route !== undefined) return route;
    throw new HoldfastError(
      'ERR_NOT_FOUND',
      `There is no route ${JSON.stringify(shorten(path))}`,
      'The routes are /stream, /publish, /healthz, /readyz and /healthz/stream.',
    );
  }

  /** Where the hub is mounted deeper, and nobody has taken the prefix off. */
  #withoutBase(path: string): string {
    const { basePath } = this.#options;
    return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  }

  #preflight(asked: Asked, allow: string): WholeAnswer {
    const cors = this.#cors(asked);
    return { status: 204, headers: { ...cors, ...preflightHeaders(cors, allow), allow }, body: undefined };
  }

  #cors({ headers }: Asked): Readonly<Record<string, string>> {
    return corsHeaders(headers.origin, this.#options.corsOrigins);
  }

  #requestOf(asked: Asked, url: URL, route: Route): RouteRequest {
    const { method, headers, body } = asked;
    return {
      method,
      // Not the path of the URL: where the hub is mounted deeper, only one of the lanes sees it without its prefix.
      path: route.path,
      query: url.searchParams,
      headers,
      get remoteAddress() {
        return asked.remoteAddress;
      },
      body,
      hub: this.#hub,
      options: this.#options,
    };
  }
}

function wrongMethod(path: string, method: string, allow: string): HoldfastError {
  const message = `${path} does not take ${shorten(method)}`;
  return new HoldfastError('ERR_METHOD_NOT_ALLOWED', message, `Use ${allow}.`);
}
