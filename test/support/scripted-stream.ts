// One connection of a scripted server: writes events as its script says.

import type { Socket } from 'node:net';
import type { RawRequest } from './raw-requests.ts';
import type { LoggedEvent } from './scripted-server.ts';

export interface StreamScript {
  /** Instead of a stream: nothing at all, a FIN at once, or this answer. */
  readonly answer?:
    | 'never'
    | 'close'
    | { readonly status: number; readonly type: string; readonly body?: string };
  /** Events with an id that this divides are not sent, are sent twice, or come after the next one. */
  readonly loseEvery?: number;
  readonly repeatEvery?: number;
  readonly swapEvery?: number;
  /** Each event is written so much later than it came. */
  readonly delayMs?: number;
  /** When the event with this id came, nothing is written for so long. */
  readonly stall?: { readonly atId: number; readonly ms: number };
  /** After so many events, whatever became of them, the connection ends: with the last chunk, by FIN in the middle, by RST. */
  readonly end?: { readonly afterEvents: number; readonly by: 'complete' | 'truncate' | 'reset' };
  readonly lineEnd?: '\n' | '\r' | '\r\n';
  /** Each byte of the body is a chunk of its own. */
  readonly byByte?: boolean;
  /** Sent after each event, as a comment or as a block with only an id. */
  readonly heartbeat?: 'comment' | 'cursor';
  /** The `retry` that it begins with; small, so that tests are short. */
  readonly retryMs?: number;
}

const DEFAULT_RETRY_MS = 50;

export class ScriptedStream {
  /** Of `delayMs`, what it really was at the least: timers of a busy machine are late. */
  shortestDelayMs = Number.POSITIVE_INFINITY;
  readonly done = { sent: 0, lost: 0, repeated: 0, swapped: 0, heartbeats: 0 };
  isOpen = true;
  /** How the client went away, if it did so first. */
  left: 'fin' | 'rst' | undefined;
  readonly #socket: Socket;
  readonly #script: StreamScript;
  readonly #topics: readonly string[];
  #came = 0;
  #swapped: LoggedEvent | undefined;
  /** What is to be written after a stall; undefined when there is none. */
  #held: string[] | undefined;

  constructor(socket: Socket, request: RawRequest, script: StreamScript) {
    this.#socket = socket;
    this.#script = script;
    this.#topics = new URL(request.path, 'http://scripted').searchParams.getAll('topic');
    socket.once('end', () => {
      if (this.isOpen) this.left = 'fin';
      this.#close('complete');
    });
    socket.once('error', () => {
      if (this.isOpen) this.left = 'rst';
    });
    socket.once('close', () => this.#close('reset'));
    this.#begin();
  }

  wants({ topic }: LoggedEvent): boolean {
    return this.isOpen && (this.#topics.length === 0 || this.#topics.includes(topic));
  }

  sendId(id: number): void {
    this.#writeLines([`id: ${id}`]);
  }

  send(event: LoggedEvent): void {
    const { loseEvery, repeatEvery, swapEvery, stall, end } = this.#script;
    if (event.id === stall?.atId) this.#stall(stall.ms);
    if (divides(loseEvery, event)) this.done.lost++;
    else if (divides(swapEvery, event)) this.#swapped = event;
    else {
      this.#sendNow(event);
      if (this.#swapped !== undefined) {
        this.#sendNow(this.#swapped);
        this.#swapped = undefined;
        this.done.swapped++;
      }
      if (divides(repeatEvery, event)) {
        this.#sendNow(event);
        this.done.repeated++;
      }
    }
    if (++this.#came === end?.afterEvents) this.#close(end.by);
  }

  #begin(): void {
    const { answer, retryMs = DEFAULT_RETRY_MS } = this.#script;
    if (answer === undefined) {
      this.#socket.write(
        'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
      );
      this.#writeLines([`retry: ${retryMs}`]);
      return;
    }
    this.isOpen = false;
    if (answer === 'never') return;
    if (answer === 'close') {
      this.#socket.end();
      return;
    }
    const { status, type, body = '' } = answer;
    const length = status === 204 ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
    this.#socket.end(`HTTP/1.1 ${status} Scripted\r\ncontent-type: ${type}\r\n${length}\r\n${body}`);
  }

  #sendNow({ id, data }: LoggedEvent): void {
    this.done.sent++;
    const { delayMs } = this.#script;
    if (delayMs === undefined) this.#writeEvent(id, data);
    else {
      const sinceMs = performance.now();
      setTimeout(() => {
        this.shortestDelayMs = Math.min(this.shortestDelayMs, performance.now() - sinceMs);
        this.#writeEvent(id, data);
      }, delayMs);
    }
  }

  #writeEvent(id: number, data: string): void {
    this.#writeLines([`id: ${id}`, `data: ${data}`]);
    const { heartbeat } = this.#script;
    if (heartbeat === undefined) return;
    this.done.heartbeats++;
    this.#writeLines(heartbeat === 'comment' ? [':'] : [`id: ${id}`]);
  }

  #writeLines(lines: readonly string[]): void {
    const { lineEnd = '\n', byByte = false } = this.#script;
    const text = `${lines.join(lineEnd)}${lineEnd}${lineEnd}`;
    const chunks = byByte ? [...text] : [text];
    const framed = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
    if (this.#held !== undefined) this.#held.push(framed);
    else if (this.#socket.writable) this.#socket.write(framed);
  }

  #stall(ms: number): void {
    this.#held = [];
    setTimeout(() => {
      const held = this.#held ?? [];
      this.#held = undefined;
      if (this.#socket.writable) this.#socket.write(held.join(''));
    }, ms);
  }

  #close(by: 'complete' | 'truncate' | 'reset'): void {
    if (!this.isOpen) {
      if (by === 'complete') this.#socket.end();
      return;
    }
    this.isOpen = false;
    if (by === 'reset') this.#socket.resetAndDestroy();
    else this.#socket.end(by === 'complete' ? '0\r\n\r\n' : '5\r\nid: ');
  }
}

function divides(every: number | undefined, { id }: LoggedEvent): boolean {
  return every !== undefined && id % every === 0;
}
