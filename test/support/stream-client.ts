// A client that resumes as EventSource does, but whose connections the test cuts and reopens itself.

import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { CONTROL_TYPE, type ControlEvent, EventStreamParser } from '../../src/wire/index.ts';
import { waitFor } from './wait-for.ts';

export interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

export class StreamClient {
  readonly #url: string;
  readonly events: Received[] = [];
  readonly controls: ControlEvent[] = [];
  /** Cursor blocks of all connections, in order. */
  readonly cursors: string[] = [];
  /** The body of the newest connection so far. */
  text = '';
  /** Set when the response has ended as it should, with its last chunk. */
  endedCleanly = false;
  status: number | undefined;
  #parser: EventStreamParser | undefined;
  #request: ClientRequest | undefined;
  #lastEventId = '';

  constructor(url: string) {
    this.#url = url;
  }

  /** What the next connection resumes from. */
  get lastEventId(): string {
    return this.#parser?.lastEventId ?? this.#lastEventId;
  }

  get isConnected(): boolean {
    return this.#request !== undefined;
  }

  /** Connects, with what it has seen as Last-Event-ID, and resolves with the head of the answer. */
  connect(headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
    this.#lastEventId = this.lastEventId;
    const resume = this.#lastEventId === '' ? {} : { 'last-event-id': this.#lastEventId };
    const parser = new EventStreamParser({
      lastEventId: this.#lastEventId,
      onEvent: ({ lastEventId, type, data }) => {
        if (type === CONTROL_TYPE) this.controls.push(JSON.parse(data));
        else this.events.push({ id: lastEventId, type, data });
      },
      onCursor: (id) => this.cursors.push(id),
    });
    this.#parser = parser;
    this.endedCleanly = false;
    this.text = '';
    return new Promise((resolve, reject) => {
      const request = get(this.#url, { agent: false, headers: { ...resume, ...headers } });
      this.#request = request;
      request.on('error', reject);
      request.on('response', (response) => {
        this.status = response.statusCode;
        // A cut connection reports here what `close` says too.
        response.on('error', () => {});
        response.on('data', (chunk: Buffer) => {
          if (this.#request !== request) return;
          this.text += chunk;
          parser.push(chunk);
        });
        response.on('end', () => {
          this.endedCleanly = true;
        });
        response.on('close', () => {
          if (this.#request === request) this.#request = undefined;
        });
        resolve(response);
      });
    });
  }

  /** Reads nothing any more. */
  pause(): void {
    this.#request?.socket?.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#request?.socket?.resume();
  }

  /** Leaves: whatever is still on its way is not seen. */
  cut(kind: 'fin' | 'reset'): void {
    const request = this.#request;
    this.#request = undefined;
    if (kind === 'reset') request?.socket?.resetAndDestroy();
    // Not `destroy`: with bytes unread the kernel would send a reset in place of the FIN.
    else request?.socket?.end();
  }

  /** Resolves when the client is complete up to this id. */
  async reaches(id: string): Promise<void> {
    await waitFor(`the cursor ${id}, now ${this.lastEventId}`, () => this.lastEventId === id);
  }
}
