// What a route is, and what it gets to answer with.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HubCore } from '../hub/hub-core.ts';
import type { ResolvedHubOptions } from './hub-options.ts';

/** One request and everything needed to answer it. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly url: URL;
  readonly hub: HubCore;
  readonly options: ResolvedHubOptions;
}

export interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  /** Answers, or throws: a HoldfastError becomes a problem document, anything else a 500. */
  readonly answer: (exchange: Exchange) => void | Promise<void>;
}
