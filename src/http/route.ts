// What a route is, and what it gets to answer with.

import type { Readable } from 'node:stream';
import type { HubCore } from '../hub/hub-core.ts';
import type { Answer } from './answer.ts';
import type { AccessRequest } from './authorization.ts';
import type { ResolvedHubOptions } from './hub-options.ts';

/** A request of whatever came with it, and everything needed to answer it. */
export interface RouteRequest extends AccessRequest {
  /** Undefined where none can come. */
  readonly body: Readable | undefined;
  readonly hub: HubCore;
  readonly options: ResolvedHubOptions;
}

export interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  /** Answers, or throws: a HoldfastError becomes a problem document, anything else a 500. */
  readonly answer: (request: RouteRequest) => Answer | Promise<Answer>;
}
