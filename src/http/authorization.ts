// The seam for authorisation: who may publish where, who may subscribe to what, and until when. Holdfast
// checks grants; where they come from (a token, a session, a table) is the application's business.

import type { IncomingHttpHeaders } from 'node:http';
import { HoldfastError } from '../base/errors.ts';
import { shorten } from '../base/options.ts';
import { covers, isReserved, type Pattern, parsePattern } from '../hub/pattern.ts';

/** What there is to decide by. */
export interface AccessRequest {
  readonly method: string;
  /** The path without the query, such as `/stream`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The peer's address, or undefined when it is already gone. Behind a proxy it is the proxy's. */
  readonly remoteAddress: string | undefined;
}

/** What a request may do. Patterns as in subscriptions; `**` does not reach topics that begin with `$`. */
export interface Grant {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** When it ends, in milliseconds since 1970: open streams then end with `expired`. Default never. */
  readonly expiresAtMs?: number | undefined;
}

/** No grant at all: 401 when other credentials could help, 403 when not. */
export interface Refusal {
  readonly status: 401 | 403;
  /** One sentence for the client. */
  readonly detail: string;
}

export type Authorize = (request: AccessRequest) => Grant | Refusal | Promise<Grant | Refusal>;

/** Everybody may publish and subscribe to everything that is not reserved. For closed networks and tests. */
export const openAccess: Authorize = () => ({ publish: ['**'], subscribe: ['**'] });

/** Everybody may subscribe, nobody may publish over HTTP: the library's default, since its user publishes in code. */
export const subscribeOnly: Authorize = () => ({ publish: [], subscribe: ['**'] });

/** A grant that has been read and holds now. */
export class Access {
  readonly #publish: readonly Pattern[];
  readonly #subscribe: readonly Pattern[];
  /** When the grant ends, in milliseconds since 1970; Infinity when it does not. */
  readonly expiresAtMs: number;

  constructor(grant: Grant) {
    this.#publish = grant.publish.map(grantPattern);
    this.#subscribe = grant.subscribe.map(grantPattern);
    this.expiresAtMs = grant.expiresAtMs ?? Number.POSITIVE_INFINITY;
  }

  /** @throws HoldfastError ERR_FORBIDDEN when the grant lets nothing be published. */
  checkMayPublish(): void {
    if (this.#publish.length > 0) return;
    throw new HoldfastError(
      'ERR_FORBIDDEN',
      'The grant does not let this client publish',
      'Publish in code with hub.publish, or have `authorize` grant topics to publish to.',
    );
  }

  /** @throws HoldfastError ERR_FORBIDDEN unless the grant lets every topic be published to. */
  checkPublish(topics: Iterable<string>): void {
    for (const topic of new Set(topics))
      this.#check(this.#publish, { text: topic, segments: topic.split('/') }, 'publish to');
  }

  /** @throws HoldfastError ERR_FORBIDDEN unless the grant covers every pattern. */
  checkSubscribe(patterns: readonly Pattern[]): void {
    for (const pattern of patterns) this.#check(this.#subscribe, pattern, 'subscribe to');
  }

  #check(granted: readonly Pattern[], wanted: Pick<Pattern, 'text' | 'segments'>, verb: string): void {
    if (granted.some((pattern) => covers(pattern, wanted))) return;
    throw new HoldfastError(
      'ERR_FORBIDDEN',
      `The grant does not let this client ${verb} ${JSON.stringify(shorten(wanted.text))}`,
      isReserved(wanted.text)
        ? 'Topics that begin with `$` are the hub’s own and must be granted by name.'
        : 'Ask for what the grant covers, or have `authorize` grant more.',
    );
  }
}

/**
 * Asks `authorize` about a request, within a time limit.
 *
 * @throws HoldfastError ERR_UNAUTHORIZED, ERR_FORBIDDEN, ERR_NOT_READY (no answer in time); what `authorize`
 * itself throws, and TypeError for an answer that is neither grant nor refusal.
 */
export async function requestAccess(
  authorize: Authorize,
  request: AccessRequest,
  timeoutMs: number,
): Promise<Access> {
  const answer = await within(timeoutMs, authorize(request));
  if (isRefusal(answer)) {
    const help = answer.status === 401 ? 'Send valid credentials.' : 'Other credentials are needed for this.';
    throw new HoldfastError(
      answer.status === 401 ? 'ERR_UNAUTHORIZED' : 'ERR_FORBIDDEN',
      answer.detail,
      help,
    );
  }
  const access = new Access(answer);
  if (access.expiresAtMs > Date.now()) return access;
  throw new HoldfastError(
    'ERR_UNAUTHORIZED',
    'The grant has expired',
    'Get new credentials and connect again.',
  );
}

function isRefusal(answer: Grant | Refusal): answer is Refusal {
  return 'status' in answer;
}

// Any thenable may never settle, also one that is no Promise of this realm.
async function within<T>(timeoutMs: number, answer: T | PromiseLike<T>): Promise<T> {
  if (!isThenable(answer)) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `\`authorize\` did not answer within ${timeoutMs} ms`;
      reject(new HoldfastError('ERR_NOT_READY', message, 'Try again in a few seconds.'));
    }, timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isThenable<T>(answer: T | PromiseLike<T>): answer is PromiseLike<T> {
  return typeof (answer as Partial<PromiseLike<T>> | null)?.then === 'function';
}

function grantPattern(text: string): Pattern {
  const parsed = parsePattern(text);
  if ('pattern' in parsed) return parsed.pattern;
  throw new TypeError(
    `Expected a grant to hold patterns, got ${JSON.stringify(shorten(text))}: ${parsed.problem}`,
  );
}
