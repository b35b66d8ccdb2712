// Every option of `createHub` with its default, in one table: docs, command line and checks are made from it.

import { type Logger, silentLogger } from '../base/logger.ts';
import {
  type GivenOptions,
  integer,
  MAX_TIMER_MS,
  milliseconds,
  type OptionTable,
  type ResolvedOptions,
  value,
} from '../base/options.ts';
import type { HubCore } from '../hub/hub-core.ts';
import type { Outlet } from '../hub/outlet.ts';
import type { Asset } from './asset-route.ts';
import { type AccessRequest, type Authorize, subscribeOnly } from './authorization.ts';

/** Answers the outlet to use: `outlet` itself, or an `OutletWrapper` around it. */
export type WrapOutlet = (outlet: Outlet, request: AccessRequest) => Outlet;

const isFunction = (given: unknown): boolean => typeof given === 'function';

// Shorter than a few reconnect delays, a stream would be away as long as it is there.
const MIN_STREAM_AGE_MS = 10_000;

export const hubOptions = {
  /** The longest time without a byte on a stream, in milliseconds. Proxies cut at 30 s, 60 s and more. */
  heartbeatMs: milliseconds(15_000, 20),
  /** How long a client may take nothing of what it was sent, in milliseconds, before its stream ends. */
  stallTimeoutMs: milliseconds(30_000, 20),
  // Looked at every 10 s, and each second while a stream is held for it; twice too long in a row counts. What is in
  // flight is part of it: on long, fast lines it must be above bandwidth times delay. The kernel itself takes up to
  // `tcp_wmem`, 4 MiB by default, before it pushes back.
  /** The most bytes that may wait for one client in the kernel (Linux); over it, nothing more is written. */
  maxKernelBytes: integer(262_144),
  /** How long an ended stream may take to close, in milliseconds, before it is cut. */
  closeTimeoutMs: milliseconds(5000),
  /** The most open streams. More are answered 503. */
  maxStreams: integer(15_000),
  /** How many streams may be opened a second, on average; four seconds' worth may come at once. More come back later. */
  maxOpensPerSecond: integer(2500),
  /** The most bytes that may wait for clients that catch up, in all. More clients with history to get come back later. */
  maxReplayBytes: integer(256 * 1024 * 1024),
  /** The longest life of a stream, in milliseconds, less up to a fifth by chance. It ends with `aged`. Default: any. */
  maxStreamAgeMs: value<number | undefined>(
    undefined,
    `an integer from ${MIN_STREAM_AGE_MS} to ${MAX_TIMER_MS}`,
    (given) => milliseconds(0, MIN_STREAM_AGE_MS).accepts(given),
  ),
  /** The most topics and patterns of one stream. */
  maxTopics: integer(100),
  /** The most bytes of UTF-8 in the data of one event. */
  maxEventBytes: integer(65_536),
  /** The most events of one publish. */
  maxBatchEvents: integer(10_000),
  /** The most bytes of one publish request. */
  maxBodyBytes: integer(8 * 1024 * 1024),
  /** How long a publish request may take to arrive, in milliseconds. */
  bodyTimeoutMs: milliseconds(30_000),
  /** An open log, which the hub then closes. Default: one in memory, within the next three bounds. */
  log: value<HubCore['log'] | undefined>(undefined, 'an open log', isLog),
  /** The most events that the log in memory keeps. With a `log`: that are kept in memory beside it; so the next two. */
  maxLogEvents: integer(10_000),
  /** The most bytes that the log in memory keeps. */
  maxLogBytes: integer(64 * 1024 * 1024),
  /** How long the log in memory keeps an event, in milliseconds. */
  maxLogAgeMs: integer(3_600_000),
  /** The most idempotency keys that are remembered. */
  maxKeys: integer(1_000_000),
  /** How long an idempotency key is remembered, in milliseconds. */
  maxKeyAgeMs: integer(600_000),
  /** The most ended topics that are remembered; the oldest is forgotten first and open again. */
  maxEndedTopics: integer(100_000),
  /** How long a canary event may take to come back before `/readyz` fails, in milliseconds. */
  canaryTimeoutMs: milliseconds(2000),
  /** Where the hub is mounted when nothing takes the prefix off: with `/feed`, streams are at `/feed/stream`. */
  basePath: value('', 'a path such as "/feed"', (given) => /^(\/[!-.0-~]+)*$/.test(String(given))),
  /** Origins whose pages may use the hub: `['https://app.example']`, or `['*']` for any, without credentials. */
  corsOrigins: value<readonly string[]>(
    [],
    'an array such as ["https://app.example"], or ["*"]',
    (given) => Array.isArray(given) && given.every(isOrigin),
  ),
  /** Decides who may publish and subscribe. Default: everybody may subscribe, nobody may publish over HTTP. */
  authorize: value<Authorize>(subscribeOnly, 'a function', isFunction),
  /** How long `authorize` may take, in milliseconds. */
  authorizeTimeoutMs: milliseconds(10_000),
  /** Where the hub says what an operator should know. Default: nowhere. */
  logger: value<Logger>(silentLogger, 'an object with the methods debug, info, warn and error', isLogger),
  /** Puts something around what carries a stream, such as a log or a rate limit. See docs/embedding.md. */
  wrapOutlet: value<WrapOutlet | undefined>(undefined, 'a function', isFunction),
  /** Files served beside the routes, such as the console. */
  assets: value<readonly Asset[]>(
    [],
    'an array of {path, contentType, body}',
    (given) => Array.isArray(given) && given.every(isAsset),
  ),
} as const satisfies OptionTable;

export type HubOptions = GivenOptions<typeof hubOptions>;
export type ResolvedHubOptions = ResolvedOptions<typeof hubOptions>;

function isAsset(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const { path, contentType, body } = given as Partial<Asset>;
  return /^\/[!-~]*$/.test(path ?? '') && /^[ -~]+$/.test(contentType ?? '') && body instanceof Uint8Array;
}

function isLog(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  return ['append', 'endTopic', 'read', 'onAnnounce', 'close'].every((name) =>
    isFunction((given as Record<string, unknown>)[name]),
  );
}

function isOrigin(given: unknown): boolean {
  if (given === '*') return true;
  return typeof given === 'string' && URL.canParse(given) && new URL(given).origin === given;
}

function isLogger(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  return ['debug', 'info', 'warn', 'error'].every((name) =>
    isFunction((given as Record<string, unknown>)[name]),
  );
}
