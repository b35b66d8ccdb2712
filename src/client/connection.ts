// One attempt: one request, its answer, and the bytes of its body, each wait with its limit. It hands out blocks in the
// order in which they came and holds no more than what one slice of bytes made.

import { CONTROL_TYPE, type ControlEvent, EventStreamParser } from '../wire/index.ts';
import type { FollowItem, Lost } from './follow-item.ts';
import type { ResolvedFollowOptions } from './follow-options.ts';
import { type AnswerMeaning, readAnswer } from './read-answer.ts';

/** The most bytes that are parsed before what they hold is handed out. */
const SLICE_BYTES = 16_384;

/** A block without an event only moves the cursor. */
export type ReadItem = FollowItem | { readonly kind: 'cursor'; readonly id: string };

/** An attempt that has failed, and why. */
export interface Failure {
  readonly kind: 'failed';
  readonly reason: Lost['reason'];
  readonly detail: string;
  /** Of the answer, where there was one. */
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

export type OpenAnswer = (AnswerMeaning & { readonly status: number }) | Failure;

const CONTROL_KINDS: readonly unknown[] = ['resumed', 'gap', 'end'] satisfies ControlEvent['kind'][];

export class Connection {
  readonly #url: string;
  readonly #options: ResolvedFollowOptions;
  readonly #controller = new AbortController();
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  #cutFor: 'silent' | 'late' | 'aborted' | undefined;
  readonly #read: ReadItem[] = [];
  /** What has come and is not parsed yet. */
  #rest = new Uint8Array(0);
  readonly #parser: EventStreamParser;
  /** What the server said with `retry`, if it did. */
  retryMs: number | undefined;

  constructor(url: string, options: ResolvedFollowOptions, lastEventId: string) {
    this.#url = url;
    this.#options = options;
    this.#parser = new EventStreamParser({
      lastEventId,
      maxEventBytes: options.maxEventBytes,
      onEvent: ({ type, data, lastEventId: id }) => this.#read.push(itemOf(type, data, id)),
      onCursor: (id) => this.#read.push({ kind: 'cursor', id }),
      onRetry: (retryMs) => {
        this.retryMs = retryMs;
      },
      onProblem: ({ reason, limitBytes }) => this.#read.push({ kind: 'skipped', reason, limitBytes }),
    });
  }

  /** Asks, and answers what the answer means. */
  async open(): Promise<OpenAnswer> {
    const timer = setTimeout(() => this.#cut('late'), this.#options.connectTimeoutMs);
    let asked = false;
    try {
      const request = await this.#untilCut(this.#makeRequest());
      asked = true;
      const pending = this.#options.fetch(request);
      // One that ignores the signal may answer after all: nobody will read that.
      pending.then(
        (response) => {
          if (this.#cutFor !== undefined) response.body?.cancel().catch(() => {});
        },
        () => {},
      );
      const response = await this.#untilCut(pending);
      const meaning = await this.#untilCut(readAnswer(response));
      if (meaning.kind === 'stream') this.#reader = meaning.body?.getReader();
      return { ...meaning, status: response.status };
    } catch (error) {
      if (this.#cutFor === 'late') {
        const detail = `No answer within ${this.#options.connectTimeoutMs} ms`;
        return { kind: 'failed', reason: 'late', detail };
      }
      return { kind: 'failed', reason: asked ? 'unreachable' : 'headers', detail: causeOf(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** The next items, never none of them, or how the stream ended. */
  async nextItems(): Promise<ReadItem[] | Failure> {
    try {
      for (;;) {
        if (this.#rest.byteLength === 0) {
          const bytes = await this.#nextBytes();
          if (bytes === undefined) break;
          this.#rest = bytes;
        }
        this.#parser.push(this.#rest.subarray(0, SLICE_BYTES));
        this.#rest = this.#rest.subarray(SLICE_BYTES);
        if (this.#read.length > 0) return this.#read.splice(0);
      }
    } catch (error) {
      if (this.#cutFor === undefined) return { kind: 'failed', reason: 'cut', detail: causeOf(error) };
    }
    if (this.#cutFor === 'silent') {
      const detail = `Nothing came for ${this.#options.silenceTimeoutMs} ms, not even a heartbeat`;
      return { kind: 'failed', reason: 'silent', detail };
    }
    return { kind: 'failed', reason: 'over', detail: 'The server has ended the stream' };
  }

  /** Leaves. */
  close(): void {
    this.#cut('aborted');
  }

  // The clock runs only while bytes are waited for: who takes their time with the events keeps the stream.
  async #nextBytes(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const timer = setTimeout(() => this.#cut('silent'), this.#options.silenceTimeoutMs);
    try {
      return (await this.#reader?.read())?.value;
    } finally {
      clearTimeout(timer);
    }
  }

  async #makeRequest(): Promise<Request> {
    const { headers, credentials } = this.#options;
    const all = new Headers(typeof headers === 'function' ? await headers() : headers);
    all.set('accept', 'text/event-stream');
    const { lastEventId } = this.#parser;
    if (lastEventId !== '') all.set('last-event-id', bytesAsText(lastEventId));
    const { signal } = this.#controller;
    return new Request(this.#url, { headers: all, credentials, cache: 'no-store', signal });
  }

  /** Neither a function that makes headers nor somebody else's `fetch` need know of the signal. */
  async #untilCut<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    signal.throwIfAborted();
    let onAbort: (() => void) | undefined;
    const cut = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort);
    });
    try {
      return await Promise.race([promise, cut]);
    } finally {
      signal.removeEventListener('abort', onAbort!);
    }
  }

  #cut(why: 'silent' | 'late' | 'aborted'): void {
    this.#cutFor ??= why;
    this.#controller.abort();
    // Where `fetch` ignores the signal, this is what ends the wait.
    this.#reader?.cancel().catch(() => {});
  }
}

function itemOf(type: string, data: string, id: string): ReadItem {
  if (type === CONTROL_TYPE) {
    try {
      const control = JSON.parse(data) as ControlEvent | null;
      if (CONTROL_KINDS.includes(control?.kind)) return { ...(control as ControlEvent), id };
    } catch {
      // Some other server uses the type for events of its own.
    }
  }
  return { kind: 'event', id, type, data };
}

// [fetch] A header value is bytes, written one character each; EventSource sends the id as UTF-8.
function bytesAsText(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** `fetch failed` says nothing; what Node.js keeps as its cause does. */
function causeOf(error: unknown): string {
  const { message, cause } = error as { message?: unknown; cause?: { message?: unknown } };
  const said = [cause?.message, message].find((text) => typeof text === 'string' && text !== '');
  return String(said ?? error);
}
