// One stream over the browser's EventSource. It reconnects by itself after a cut; after a refused request it
// gives up for good, and this class asks why, says it, and begins anew where that can help.
//
//   connecting -> open <-> reconnecting        cut: EventSource does it
//                  any  -> reconnecting -> ... refused, may recover: a new EventSource after a wait
//                  any  -> stopped             refused for good (400, 403, 204)

import { explainRefusal, hubTakesStreams } from './refusal.ts';

export type ConnectionState = 'connecting' | 'open' | 'reconnecting' | 'stopped';

export interface ConnectionFacts {
  readonly reconnects: number;
  /** How long the last one took, from the cut to the stream being open again. */
  readonly lastOutageMs: number | undefined;
}

/** What keeps the stream from being open, in words. */
export interface Trouble {
  readonly words: string;
  /** When it is tried again, as `Date.now()`; undefined when the browser or nobody does. */
  readonly retryAtMs: number | undefined;
}

export interface ConnectionListener {
  onState(state: ConnectionState, facts: ConnectionFacts): void;
  onEvent(type: string, data: string, id: string): void;
  /** An event of the reserved type `holdfast`. */
  onControl(data: string): void;
  /** Undefined when it is over. */
  onTrouble(trouble: Trouble | undefined): void;
}

export interface ConnectionTarget {
  /** The stream's, with the topics in its query. */
  readonly url: string;
  readonly from: 'live' | 'earliest';
  readonly types: readonly string[];
}

const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;
const SLOW_MS = 5000;
/** A hub that is replaced is back at the first or second attempt: no reason for words. */
const FAILURES_BEFORE_WORDS = 2;

const slowWords =
  'No answer for 5 s. The hub or a proxy before it is slow, or this browser has six streams of this address open, ' +
  'which is the most that HTTP/1.1 allows for all tabs together: close other tabs.';

export class Connection {
  readonly #target: ConnectionTarget;
  readonly #listener: ConnectionListener;
  readonly #closed = new AbortController();
  readonly #types: Set<string>;
  #source: EventSource | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #slowTimer: ReturnType<typeof setTimeout> | undefined;
  #lastId = '';
  #waitMs = FIRST_WAIT_MS;
  #opened = 0;
  #failures = 0;
  #isAsking = false;
  #cutAtMs: number | undefined;
  #lastOutageMs: number | undefined;

  constructor(target: ConnectionTarget, listener: ConnectionListener) {
    this.#target = target;
    this.#listener = listener;
    this.#types = new Set(['message', ...target.types]);
    this.#open();
    this.#say('connecting');
  }

  close(): void {
    this.#closed.abort();
    this.#source?.close();
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#slowTimer);
  }

  /** Hands over events of one more type, from now on. */
  listenFor(type: string): void {
    if (this.#types.has(type)) return;
    this.#types.add(type);
    if (this.#source !== undefined) this.#listen(this.#source, type);
  }

  /** Does not wait for the next attempt. */
  tryNow(): void {
    if (this.#closed.signal.aborted) return;
    clearTimeout(this.#retryTimer);
    this.#source?.close();
    this.#open();
    this.#say(this.#opened === 0 ? 'connecting' : 'reconnecting');
  }

  #open(): void {
    // A new EventSource has no Last-Event-ID, so the URL carries it; the header of its own reconnects wins later.
    const { url, from } = this.#target;
    const resume = this.#lastId === '' ? '' : `&lastEventId=${encodeURIComponent(this.#lastId)}`;
    const source = new EventSource(url + (from === 'earliest' ? '&from=earliest' : '') + resume);
    this.#source = source;
    clearTimeout(this.#slowTimer);
    this.#slowTimer = setTimeout(() => this.#tell({ words: slowWords, retryAtMs: undefined }), SLOW_MS);
    source.addEventListener('open', (event) => {
      if (!(event instanceof MessageEvent)) this.#onOpen();
    });
    source.addEventListener('error', (event) => {
      if (!(event instanceof MessageEvent)) this.#onError(source);
    });
    for (const type of this.#types) this.#listen(source, type);
    source.addEventListener('holdfast', ({ data, lastEventId }: MessageEvent<string>) => {
      this.#lastId = lastEventId;
      this.#listener.onControl(data);
    });
  }

  #listen(source: EventSource, type: string): void {
    source.addEventListener(type, (event: Event) => {
      // `open` and `error` are also what EventSource says itself.
      if (!(event instanceof MessageEvent) || this.#source !== source) return;
      this.#lastId = event.lastEventId;
      this.#listener.onEvent(type, event.data, event.lastEventId);
    });
  }

  #onOpen(): void {
    clearTimeout(this.#slowTimer);
    this.#opened++;
    this.#failures = 0;
    this.#waitMs = FIRST_WAIT_MS;
    if (this.#cutAtMs !== undefined) this.#lastOutageMs = performance.now() - this.#cutAtMs;
    this.#cutAtMs = undefined;
    this.#tell(undefined);
    this.#say('open');
  }

  #onError(source: EventSource): void {
    if (this.#source !== source) return;
    clearTimeout(this.#slowTimer);
    this.#failures++;
    if (this.#opened > 0) this.#cutAtMs ??= performance.now();
    this.#say('reconnecting');
    const isGivenUp = source.readyState === EventSource.CLOSED;
    if (isGivenUp || this.#failures >= FAILURES_BEFORE_WORDS) void this.#ask(source, isGivenUp);
  }

  /** EventSource does not say why it failed, so the same URL is asked once more. */
  async #ask(source: EventSource, isGivenUp: boolean): Promise<void> {
    if (this.#isAsking && !isGivenUp) return;
    this.#isAsking = true;
    const refusal = await explainRefusal(this.#target.url, this.#closed.signal);
    this.#isAsking = false;
    const isOver = this.#closed.signal.aborted || this.#source !== source;
    if (isOver || source.readyState === EventSource.OPEN) return;
    if (!isGivenUp) {
      if (refusal !== hubTakesStreams) this.#tell({ words: refusal.words, retryAtMs: undefined });
      return;
    }
    if (!refusal.mayRecover) {
      this.#tell({ words: refusal.words, retryAtMs: undefined });
      this.#say('stopped');
      return;
    }
    // Jitter, so that the pages of many people do not come back at one moment.
    const waitMs = Math.min(refusal.retryAfterMs ?? this.#waitMs, MAX_WAIT_MS) * (1 + Math.random() / 2);
    this.#waitMs = Math.min(this.#waitMs * 2, MAX_WAIT_MS);
    this.#tell({ words: refusal.words, retryAtMs: Date.now() + waitMs });
    this.#retryTimer = setTimeout(() => this.#open(), waitMs);
  }

  #tell(trouble: Trouble | undefined): void {
    if (!this.#closed.signal.aborted) this.#listener.onTrouble(trouble);
  }

  #say(state: ConnectionState): void {
    if (this.#closed.signal.aborted) return;
    this.#listener.onState(state, {
      reconnects: Math.max(0, this.#opened - 1),
      lastOutageMs: this.#lastOutageMs,
    });
  }
}
