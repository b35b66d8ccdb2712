// The hub as a library gives it: publish and end in code, everything else over HTTP through `handle`.

import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { resolveOptions } from '../base/options.ts';
import type { PublishedEvent } from '../hub/draft.ts';
import { HubCore, type HubStats } from '../hub/hub-core.ts';
import { assetRoute } from './asset-route.ts';
import { ignoreError } from './connection.ts';
import { type DrainOptions, drainOptions } from './drain-options.ts';
import { answerFetch } from './fetch-carrier.ts';
import { Front, type FrontOptions } from './front/front.ts';
import { HealthStreams, healthRoute, readyRoute } from './health-routes.ts';
import { type HubOptions, hubOptions, type ResolvedHubOptions } from './hub-options.ts';
import { publishRoute } from './publish-route.ts';
import { Reaper } from './reaper.ts';
import { answerResponse } from './response-carrier.ts';
import { Router } from './router.ts';
import { streamRoute } from './stream-route.ts';
import type { LookAtTcp } from './tcp-suspects.ts';

export interface Hub {
  /**
   * Publishes one event or a batch, all or nothing, and answers with an id for each once the log has them.
   *
   * @throws HoldfastError ERR_BAD_EVENT, ERR_BAD_TOPIC, ERR_EVENT_TOO_LARGE, ERR_BATCH_TOO_LARGE,
   * ERR_TOPIC_ENDED, ERR_KEY_CONFLICT, ERR_HUB_CLOSED; with a log on disk ERR_LOG_FULL, ERR_LOG_WRITE, ERR_LOG_STUCK.
   */
  publish(events: PublishedEvent | readonly PublishedEvent[]): Promise<string[]>;

  /**
   * Ends a topic for good: its streams end once they have had everything, and clients that come back are told
   * to stop (204). Answers the id of the end.
   *
   * @throws HoldfastError ERR_BAD_TOPIC, ERR_HUB_CLOSED.
   */
  end(topic: string): Promise<string>;

  /** Answers a request of a node:http server: `/stream`, `/publish`, health and the rest of docs/protocol.md. */
  readonly handle: (req: IncomingMessage, res: ServerResponse) => void;

  /**
   * Answers a web Request, for frameworks that are built on them: the same routes. A stream is the body of the
   * Response, with back-pressure; cancelling the body ends it.
   */
  readonly fetch: (request: Request) => Promise<Response>;

  /**
   * Puts the fast lane in front of a node:http server: streams are served straight on their sockets, at about a
   * quarter of the memory, and everything else goes to the server untouched. Listen with what this answers, not with
   * the server. Middleware of the server does not see the streams; `authorize` does.
   *
   * @throws TypeError for a path that is none, and for a server that listens already.
   * @example
   * ```ts
   * hub.front(http.createServer(app)).listen(8080);
   * ```
   */
  front(httpServer: HttpServer, options?: FrontOptions): Front;

  stats(): HubStats;

  /**
   * Closes the hub without a crowd at whoever takes its streams over: `/readyz` says no at once, new streams are taken
   * for `delayMs` more, then all are ended evenly over `windowMs`, each told to come back at a time of its own. Until
   * its end each is served, and publishing goes on. `close` hurries it.
   *
   * @throws TypeError for an unknown option or a value of the wrong kind.
   */
  drain(options?: DrainOptions): Promise<void>;

  /** Ends all streams with `drain`, cuts those that do not close in time, and closes the log. */
  close(): Promise<void>;
}

/**
 * Makes a hub, with a log in memory unless `log` is given.
 *
 * @throws TypeError for an unknown option or a value of the wrong kind.
 * @example
 * ```ts
 * const hub = createHub();
 * http.createServer(hub.handle).listen(8080);
 * await hub.publish({ topic: 'prices/ACME', data: { bid: 41.5 } });
 * ```
 */
export function createHub(given?: HubOptions): Hub {
  const options = resolveOptions('createHub', hubOptions, given);
  const { maxLogEvents: maxEvents, maxLogBytes: maxBytes, maxLogAgeMs: maxAgeMs } = options;
  const bounds = { maxEvents, maxBytes, maxAgeMs };
  const { log } = options;
  const core =
    log === undefined
      ? HubCore.inMemory({ ...options, ...bounds })
      : new HubCore(log, { ...options, ring: bounds });
  return hubOn(core, options);
}

/** The same, around a core that the caller has made; `look` is another's look at the TCP sockets of the machine. */
export function hubOn(core: HubCore, options: ResolvedHubOptions, look?: LookAtTcp): Hub {
  const health = new HealthStreams(core, options);
  const reaper = new Reaper(core.shard, options, look);
  const routes = [streamRoute, publishRoute, healthRoute, readyRoute, health.route];
  const router = new Router([...routes, ...options.assets.map(assetRoute)], core, options);
  const hurry = new AbortController();
  const close = async () => {
    hurry.abort();
    health.close();
    reaper.stop();
    await core.close();
  };
  return {
    publish: (events) => core.publish(events),
    end: (topic) => core.end(topic),
    handle: (req, res) => void answerResponse(router, req, res),
    fetch: (request) => answerFetch(router, request),
    front: (httpServer, given) =>
      new Front(httpServer, router, { path: `${options.basePath}/stream`, ...given }),
    stats: () => core.stats(),
    async drain(given) {
      const { delayMs, onLastStream, ...pace } = resolveOptions('drain', drainOptions, given);
      core.announceDrain();
      await setTimeout(delayMs, undefined, { signal: hurry.signal }).catch(ignoreError);
      onLastStream();
      health.close();
      if (!hurry.signal.aborted) await core.drain(pace);
      await close();
    },
    close,
  };
}
