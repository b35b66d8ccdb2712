// Questions and answers between two processes, over whatever carries messages in order. Each side says what it answers;
// whoever asks waits for a bounded time. Several peers share a channel, each with a name of its own.

import { type ErrorCode, errorKinds, HoldfastError } from './errors.ts';

/** Carries messages in order, both ways, until it closes. What is sent after that is dropped. */
export interface Channel {
  send(message: object): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}

/** What a side can be asked or told, by name: one argument, one answer, both of plain data. */
// biome-ignore lint/suspicious/noExplicitAny: each peer says what its own questions take.
export type Calls = Readonly<Record<string, (given: any) => any>>;

export interface PeerOptions {
  /** Tells the messages of this peer from those of others on the same channel. */
  readonly name: string;
  /** The failure of a question that is not answered; `why` is a part of a sentence. */
  readonly unanswered: (why: string) => HoldfastError;
  /** Hears of what our own answers threw and did not mean to. */
  readonly onBug: (error: unknown) => void;
}

interface Message {
  readonly peer: string;
  readonly kind: 'ask' | 'tell' | 'answer';
  readonly call: string;
  readonly number: number;
  readonly value?: unknown;
  readonly failure?: Failure;
}

/** A HoldfastError on its way to another process. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly help: string;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: HoldfastError) => void;
}

export class Peer<Theirs extends Calls, Ours extends Calls> {
  readonly #channel: Channel;
  readonly #options: PeerOptions;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly #calls = new Map<string, (given: any) => unknown>();
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #isClosed = false;

  constructor(channel: Channel, options: PeerOptions) {
    this.#channel = channel;
    this.#options = options;
    channel.onMessage((message) => {
      if (isMessage(message) && message.peer === options.name) this.#take(message);
    });
    channel.onClose(() => {
      this.#isClosed = true;
      for (const { reject } of this.#waiting.values()) reject(options.unanswered('has gone'));
      this.#waiting.clear();
    });
  }

  /** Answers a call; an answer that is there at once is sent before anything that follows. */
  on<N extends keyof Ours & string>(call: N, answer: Ours[N]): void {
    this.#calls.set(call, answer);
  }

  /** Rejects with the failure that the other side met, or with `unanswered`. */
  ask<N extends keyof Theirs & string>(
    call: N,
    value: Parameters<Theirs[N]>[0],
    limitMs: number,
  ): Promise<Awaited<ReturnType<Theirs[N]>>> {
    if (this.#isClosed) return Promise.reject(this.#options.unanswered('has gone'));
    const number = ++this.#asked;
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(number);
        done();
      };
      const timer = setTimeout(
        () => settle(() => reject(this.#options.unanswered(`has not answered within ${limitMs} ms`))),
        limitMs,
      );
      this.#waiting.set(number, {
        resolve: (answer) => settle(() => resolve(answer as Awaited<ReturnType<Theirs[N]>>)),
        reject: (error) => settle(() => reject(error)),
      });
      this.#send({ kind: 'ask', call, number, value });
    });
  }

  tell<N extends keyof Theirs & string>(call: N, value: Parameters<Theirs[N]>[0]): void {
    this.#send({ kind: 'tell', call, number: 0, value });
  }

  #take({ kind, call, number, value, failure }: Message): void {
    if (kind === 'answer') {
      const waiting = this.#waiting.get(number);
      if (failure === undefined) waiting?.resolve(value);
      else waiting?.reject(failureFrom(failure));
      return;
    }
    const answer = (value: unknown) => this.#send({ kind: 'answer', call, number, value });
    const refuse = (error: unknown) => {
      if (!(error instanceof HoldfastError)) this.#options.onBug(error);
      if (kind === 'ask') this.#send({ kind: 'answer', call, number, failure: failureOf(error) });
    };
    try {
      const given = this.#calls.get(call)?.(value);
      if (given instanceof Promise) given.then(kind === 'ask' ? answer : undefined, refuse);
      else if (kind === 'ask') answer(given);
    } catch (error) {
      refuse(error);
    }
  }

  #send(message: Omit<Message, 'peer'>): void {
    if (!this.#isClosed) this.#channel.send({ peer: this.#options.name, ...message });
  }
}

/** What another process is told of an error. */
export function failureOf(error: unknown): Failure {
  if (error instanceof HoldfastError) return { code: error.code, message: error.message, help: error.help };
  const message = `Another process of the hub failed: ${error instanceof Error ? error.message : error}`;
  return { code: 'ERR_INTERNAL', message, help: 'Look at the log of the hub.' };
}

export function failureFrom({ code, message, help }: Failure): HoldfastError {
  return new HoldfastError(code in errorKinds ? code : 'ERR_INTERNAL', message, help);
}

function isMessage(message: unknown): message is Message {
  return typeof message === 'object' && message !== null && 'peer' in message;
}
