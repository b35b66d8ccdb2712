// One stream of a crowd: a bare socket whose behaviour the test chooses. It keeps no events; they are numbered by
// the test ("7 text"), and it only says where the numbers do not follow each other.

import { connect, type Socket } from 'node:net';
import { ResponseReader } from '../../src/load/stream/response-reader.ts';
import { CONTROL_TYPE, EventStreamParser, type ParsedEvent } from '../../src/wire/index.ts';
import { streamRequest } from './raw-client.ts';

/**
 * `deaf` never reads a byte. The others read; `chatty` sends what nobody asked for once its stream is open, and
 * `uploading` the body that its request has promised, both also for a while after the server has said its end.
 */
export type Manner = 'reading' | 'deaf' | 'chatty' | 'uploading';

/** `fin` says that it leaves and reads on; `close` closes, as a browser's tab does; `reset` cuts. */
export type Leaving = 'fin' | 'close' | 'reset';

/** `clean`: last chunk and FIN; `reset`: RST from the server; `cut`: anything else that it did not do itself. */
export type Ending = 'clean' | 'reset' | 'cut' | 'left';

export interface CrowdTarget {
  readonly host: string;
  readonly port: number;
  readonly topic: string;
  readonly localAddress?: string;
}

const SMALL_TALK = 'and another thing\n';
const PARTING_WORDS_MS = 300;

export class CrowdStream {
  readonly #socket: Socket;
  readonly #manner: Manner;
  readonly #reader: ResponseReader;
  #hasLeft = false;
  #error: NodeJS.ErrnoException | undefined;
  /** Of the first cursor, the position in the log. */
  startedAt: number | undefined;
  first: number | undefined;
  last: number | undefined;
  ending: Ending | undefined;
  /** What should not have come, or not yet. */
  readonly faults: string[] = [];

  constructor({ host, port, topic, localAddress }: CrowdTarget, manner: Manner) {
    this.#manner = manner;
    const parser = new EventStreamParser({
      onEvent: (event) => this.#take(event),
      onCursor: (id) => {
        this.startedAt ??= positionOf(id);
      },
    });
    this.#reader = new ResponseReader({
      onHead: ({ status }) => void (status !== 200 && this.faults.push(`status ${status}`)),
      onBody: (bytes) => parser.push(bytes),
    });
    this.#socket = connect({
      host,
      port,
      allowHalfOpen: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    // Before it is connected, or node:net reads the first 64 KiB by itself.
    if (manner === 'deaf') this.#socket.pause();
    else this.#socket.on('data', (bytes) => this.#reader.push(bytes));
    this.#socket.on('end', () => this.#answerEnd());
    this.#socket.on('error', (error) => {
      this.#error = error;
    });
    this.#socket.on('close', () => {
      this.ending = this.#howItEnded();
    });
    const request = streamRequest(topic);
    this.#socket.write(manner === 'uploading' ? withBody(request) : request);
  }

  /** Its first bytes have come; of a deaf one: the connection stands. */
  get isOpen(): boolean {
    return this.startedAt !== undefined || (this.#manner === 'deaf' && this.#socket.readyState === 'open');
  }

  /** Has it say something, if that is its manner. */
  chat(): void {
    if (this.#isTalker && this.startedAt !== undefined && this.#socket.writable)
      this.#socket.write(SMALL_TALK);
  }

  leave(how: Leaving): void {
    this.#hasLeft = how !== 'fin';
    if (how === 'fin') this.#socket.end();
    else if (how === 'close') this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  get #isTalker(): boolean {
    return this.#manner === 'chatty' || this.#manner === 'uploading';
  }

  #take({ type, data }: ParsedEvent): void {
    if (type === CONTROL_TYPE) {
      const { kind } = JSON.parse(data);
      if (kind !== 'end') this.faults.push(data);
      return;
    }
    const number = Number.parseInt(data, 10);
    if (this.last !== undefined && number !== this.last + 1) this.faults.push(`${number} after ${this.last}`);
    this.first ??= number;
    this.last = number;
  }

  #answerEnd(): void {
    if (this.#isTalker) setTimeout(() => this.#socket.end(), PARTING_WORDS_MS);
    else this.#socket.end();
  }

  #howItEnded(): Ending {
    if (this.#hasLeft) return 'left';
    if (this.#error !== undefined) return this.#error.code === 'ECONNRESET' ? 'reset' : 'cut';
    return this.#reader.isComplete ? 'clean' : 'cut';
  }
}

// More than it will ever send.
function withBody(request: string): string {
  return request.replace('\r\n\r\n', '\r\nContent-Length: 1000000\r\n\r\n');
}

function positionOf(id: string): number {
  return Number(id.slice(id.indexOf('-') + 1));
}
