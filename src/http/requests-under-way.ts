// Which requests of a connection are under way, to find those that come behind a stream. They can never be answered, and
// Node.js keeps a request and a response for each: 4 KiB of memory for some 30 bytes that were sent.

import type { Socket } from 'node:net';
import type { ResponseOutlet } from './response-outlet.ts';

export class RequestsUnderWay {
  readonly #counts = new WeakMap<Socket, number>();
  readonly #streams = new WeakMap<Socket, ResponseOutlet>();

  /** Notes a request. False when it comes behind a stream, whose connection is cut off with `limit`. */
  begin(socket: Socket): boolean {
    const stream = this.#streams.get(socket);
    stream?.cutOff('limit');
    this.#counts.set(socket, (this.#counts.get(socket) ?? 0) + 1);
    return stream === undefined;
  }

  end(socket: Socket): void {
    this.#counts.set(socket, this.#counts.get(socket)! - 1);
  }

  /** Whether others wait behind the request that is being answered. */
  hasOthers(socket: Socket): boolean {
    return this.#counts.get(socket)! > 1;
  }

  /** From here on the connection belongs to a stream. */
  stream(socket: Socket, outlet: ResponseOutlet): void {
    this.#streams.set(socket, outlet);
  }
}
