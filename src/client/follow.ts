// Follows one event stream through every reconnect, as an async iterator of plain values. The next bytes are read only
// when the last value has been taken: a consumer that is slow slows the server down, and nothing piles up.
//
//   connect --> open --> event, control ... --> lost --> delay with full jitter --+
//      ^  |                                       ^                              |
//      |  +-- unreachable, 5xx, 429 --------------+                              |
//      |  +-- 204, other refusals --> closed                                     |
//      +-------------------------------------------------------------------------+

import { Connection, type Failure, type OpenAnswer } from './connection.ts';
import type { Closed, FollowItem, Lost } from './follow-item.ts';
import { type FollowOptions, type ResolvedFollowOptions, resolveFollowOptions } from './follow-options.ts';
import { retryDelay } from './retry-delay.ts';

/** A stream that is followed. It connects when it is iterated, which can be done once. */
export interface Follower extends AsyncIterable<FollowItem, void, undefined> {
  /** What was handed out is complete up to here; keep it to go on later. */
  readonly lastEventId: string;
  /** Ends it: what is waited for ends at once, and the last item is `closed` with `aborted`. */
  close(): void;
}

/**
 * Follows the event stream at `url`.
 *
 * @throws TypeError for a URL that cannot be asked, an unknown option or a value of the wrong kind.
 * @example
 * ```ts
 * for await (const item of follow('https://hub.example/stream?topic=orders/*')) {
 *   if (item.kind === 'event') show(item.type, item.data);
 *   else if (item.kind === 'gap') reload(); // events are missing
 * }
 * ```
 */
export function follow(url: string | URL, options?: FollowOptions): Follower {
  return new StreamFollower(checkUrl(url), resolveFollowOptions(options));
}

class StreamFollower implements Follower {
  readonly #url: string;
  readonly #options: ResolvedFollowOptions;
  #lastEventId: string;
  #retryMs: number;
  #failures = 0;
  #delayMs = 0;
  #isClosed = false;
  #isIterated = false;
  #connection: Connection | undefined;
  #wake: (() => void) | undefined;

  constructor(url: string, options: ResolvedFollowOptions) {
    this.#url = url;
    this.#options = options;
    this.#lastEventId = options.lastEventId;
    this.#retryMs = options.retryMs;
  }

  get lastEventId(): string {
    return this.#lastEventId;
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncGenerator<FollowItem, void, undefined> {
    if (this.#isIterated) throw new TypeError('Expected a stream to be iterated once; call follow() again');
    this.#isIterated = true;
    return this.#run();
  }

  // One generator, not one for each step: each that an item passes through costs 2 us.
  async *#run(): AsyncGenerator<FollowItem, void, undefined> {
    const { signal } = this.#options;
    const onAbort = () => this.close();
    if (signal?.aborted) this.close();
    signal?.addEventListener('abort', onAbort);
    try {
      while (!this.#isClosed) {
        const connection = new Connection(this.#url, this.#options, this.#lastEventId);
        this.#connection = connection;
        let outcome = outcomeOf(await connection.open());
        if (this.#isClosed) break;
        if (outcome === undefined) {
          const openedMs = performance.now();
          yield { kind: 'open', lastEventId: this.#lastEventId };
          let items = await connection.nextItems();
          while (Array.isArray(items)) {
            for (const item of items) {
              if (this.#isClosed) break;
              if ('id' in item) this.#lastEventId = item.id;
              if (item.kind === 'event') this.#failures = 0;
              if (item.kind !== 'cursor') yield item;
            }
            items = await connection.nextItems();
          }
          this.#retryMs = connection.retryMs ?? this.#retryMs;
          // A server that ends each stream at once has not recovered; one whose proxy cuts them in time has.
          if (performance.now() - openedMs > this.#delayMs) this.#failures = 0;
          outcome = items;
        }
        connection.close();
        if (this.#isClosed) break;
        const last = outcome.kind === 'failed' ? this.#fail(outcome) : outcome;
        yield last;
        if (last.kind === 'closed') return;
        await this.#wait();
      }
      yield { kind: 'closed', reason: 'aborted', status: undefined, detail: 'It was closed here' };
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.close();
    }
  }

  /** What follows from an attempt that has failed: another one, or none. */
  #fail({ reason, detail, status, retryAfterMs }: Failure): Lost | Closed {
    const { maxFailures } = this.#options;
    const failures = this.#failures++;
    if (this.#failures >= maxFailures) return { kind: 'closed', reason: 'gave-up', status, detail };
    this.#delayMs = retryDelay(this.#retryMs, failures, Math.random(), this.#options, retryAfterMs);
    return { kind: 'lost', reason, detail, delayMs: this.#delayMs };
  }

  async #wait(): Promise<void> {
    if (this.#isClosed) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, this.#delayMs);
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }
}

/** What an answer leads to; nothing yet where it is a stream. */
function outcomeOf(answer: OpenAnswer): Failure | Closed | undefined {
  switch (answer.kind) {
    case 'stream':
      return undefined;
    case 'complete': {
      const { status } = answer;
      return { kind: 'closed', reason: 'complete', status, detail: 'There is nothing more to come' };
    }
    case 'refused':
      return { kind: 'closed', reason: 'refused', status: answer.status, detail: answer.detail };
    case 'later':
      return { ...answer, kind: 'failed', reason: 'status' };
    case 'failed':
      return answer;
  }
}

function checkUrl(url: string | URL): string {
  try {
    // A request knows what `fetch` takes: in a browser also a path, nowhere a name and a password.
    return new Request(url).url;
  } catch (cause) {
    throw new TypeError(`Expected \`url\` to be one that can be asked, got ${JSON.stringify(String(url))}`, {
      cause,
    });
  }
}
