// What `follow` takes: the types, the defaults and the checks.

import {
  type GivenOptions,
  integer,
  milliseconds,
  type OptionTable,
  type ResolvedOptions,
  resolveOptions,
  value,
} from '../base/options.ts';

// Taken from the constructor: Node.js and the browsers' library name the type differently.
type HeaderList = NonNullable<ConstructorParameters<typeof Headers>[0]>;

/** Headers, or a function that is asked before each connection: for tokens that are renewed. */
export type HeaderSource = HeaderList | (() => HeaderList | Promise<HeaderList>);

const CREDENTIALS = ['omit', 'same-origin', 'include'] as const;

const isFunction = (given: unknown) => typeof given === 'function';
const isObject = (given: unknown) => typeof given === 'object' && given !== null;

export const followOptions = {
  /** Sent with each request, beside Accept and Last-Event-ID. */
  headers: value<HeaderSource>({}, 'headers, or a function that answers them', isHeaderSource),
  /** As `fetch` takes it: whether cookies go along. */
  credentials: value<(typeof CREDENTIALS)[number]>('same-origin', 'omit, same-origin or include', (given) =>
    CREDENTIALS.includes(given as (typeof CREDENTIALS)[number]),
  ),
  /** Where to go on after; empty for what comes from now on. */
  lastEventId: value('', 'a string without CR, LF or NUL', isEventId),
  /** Ends it when it is aborted. */
  signal: value<AbortSignal | undefined>(undefined, 'an AbortSignal', isObject),
  /** Instead of the global `fetch`; `hub.fetch` fits. */
  fetch: value<(request: Request) => Promise<Response>>(
    (request) => globalThis.fetch(request),
    'a function',
    isFunction,
  ),
  /** Reconnect delay in milliseconds, until the server says its own with `retry`. */
  retryMs: milliseconds(2000),
  /** The shortest delay, in milliseconds, whatever the server says. */
  minRetryMs: milliseconds(100),
  /** The longest delay, in milliseconds, whatever the server says and however often it has failed. */
  maxRetryMs: milliseconds(30_000),
  /** The most attempts that may fail in a row. Default: it never gives up. */
  maxFailures: integer(Number.MAX_SAFE_INTEGER),
  /** How long the head of an answer may take, in milliseconds. */
  connectTimeoutMs: milliseconds(10_000),
  /** The longest time without a byte, in milliseconds, before a stream counts as lost: three heartbeats of a hub. */
  silenceTimeoutMs: milliseconds(45_000),
  /** The most bytes of one event; larger ones are left out, and said so. */
  maxEventBytes: integer(1_048_576, 1, 268_435_456),
} as const satisfies OptionTable;

export type FollowOptions = GivenOptions<typeof followOptions>;
export type ResolvedFollowOptions = ResolvedOptions<typeof followOptions>;

/** @throws TypeError for an unknown option or a value of the wrong kind. */
export function resolveFollowOptions(given: FollowOptions | undefined): ResolvedFollowOptions {
  const options = resolveOptions('follow', followOptions, given);
  if (options.minRetryMs > options.maxRetryMs) {
    throw new TypeError(
      `Expected \`minRetryMs\` to be at most \`maxRetryMs\` (${options.maxRetryMs}), got ${options.minRetryMs}`,
    );
  }
  return options;
}

function isHeaderSource(given: unknown): boolean {
  if (isFunction(given)) return true;
  if (!isObject(given)) return false;
  try {
    return new Headers(given as HeaderList) instanceof Headers;
  } catch {
    // What Headers does not take is no list of headers.
    return false;
  }
}

function isEventId(given: unknown): boolean {
  return typeof given === 'string' && !/[\0\r\n]/.test(given);
}
