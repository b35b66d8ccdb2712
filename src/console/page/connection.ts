// One stream over the browser's EventSource. It reconnects by itself after a cut; after a refused request it
// gives up for good, and this class asks why, says it, and begins anew where that can help.
//
//   connecting -> open <-> reconnecting        cut: EventSource does it
//                  any  -> reconnecting -> ... refused, may recover: a new EventSource after a wait
//                  any  -> stopped             refused for good (400, 403, 204)

import { explainRefusal } from './refusal.ts';

export type ConnectionState = 'connecting' | 'open' | 'reconnecting' | 'stopped';

export interface ConnectionListener {
  onState(state: ConnectionState, reconnects: number): void;
  onEvent(data: string, id: string): void;
  /** An event of the reserved type `holdfast`. */
  onControl(data: string): void;
  onRefused(words: string): void;
}

const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;

export class Connection {
  readonly #url: string;
  readonly #listener: ConnectionListener;
  readonly #closed = new AbortController();
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastId = '';
  #waitMs = FIRST_WAIT_MS;
  #opened = 0;

  /** @param url the stream's, with the topics in its query */
  constructor(url: string, listener: ConnectionListener) {
    this.#url = url;
    this.#listener = listener;
    this.#open();
    this.#say('connecting');
  }

  close(): void {
    this.#closed.abort();
    this.#source?.close();
    clearTimeout(this.#timer);
  }

  #open(): void {
    // A new EventSource has no Last-Event-ID, so the URL carries it; the header of its own reconnects wins later.
    const resume = this.#lastId === '' ? '' : `&lastEventId=${encodeURIComponent(this.#lastId)}`;
    const source = new EventSource(this.#url + resume);
    this.#source = source;
    source.onopen = () => {
      this.#opened++;
      this.#waitMs = FIRST_WAIT_MS;
      this.#say('open');
    };
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) void this.#onRefused();
      this.#say('reconnecting');
    };
    source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      this.#lastId = lastEventId;
      this.#listener.onEvent(data, lastEventId);
    };
    source.addEventListener('holdfast', ({ data, lastEventId }: MessageEvent<string>) => {
      this.#lastId = lastEventId;
      this.#listener.onControl(data);
    });
  }

  async #onRefused(): Promise<void> {
    const refusal = await explainRefusal(this.#url, this.#closed.signal);
    if (this.#closed.signal.aborted) return;
    this.#listener.onRefused(refusal.words);
    if (!refusal.mayRecover) {
      this.#say('stopped');
      return;
    }
    // Jitter, so that the pages of many people do not come back at one moment.
    const waitMs = Math.min(refusal.retryAfterMs ?? this.#waitMs, MAX_WAIT_MS) * (1 + Math.random() / 2);
    this.#waitMs = Math.min(this.#waitMs * 2, MAX_WAIT_MS);
    this.#timer = setTimeout(() => this.#open(), waitMs);
  }

  #say(state: ConnectionState): void {
    if (!this.#closed.signal.aborted) this.#listener.onState(state, Math.max(0, this.#opened - 1));
  }
}
