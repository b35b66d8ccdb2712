// A stream carried by a bare TCP socket: no request, no response and no parser are kept beside it (2.6-3.6 KiB a
// stream against 15 over node:http). It pushes back from the first byte that the kernel does not take.

import type { Socket } from 'node:net';
import type { Chunk } from '../../hub/chunk.ts';
import type { Outlet, OutletListener } from '../../hub/outlet.ts';
import type { EndReason } from '../../wire/index.ts';
import { prepareConnection, reasonOfError, resetConnection, unsentBytesOf } from '../connection.ts';

// [rfc9112] The end of a chunked body.
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const NO_BYTES = Buffer.alloc(0);
// What a client sends after its request is dropped, since unread bytes would turn our end into a reset; a client
// that goes on for ever is cut off.
const MAX_DROPPED_BYTES = 1024 * 1024;

const OUTLET = Symbol('outlet');
type OutletSocket = Socket & { [OUTLET]: SocketOutlet };

// What a stream on its socket costs in the heap of V8 (Node 24, 10,000 idle streams, after a full collection):
// net.Socket with its states, arrays and listeners 960 bytes, the handle under it 500, our Stream 190, this object 64,
// the places in the sets of shard, subscription and wheel 110. Of the listeners only one function each is made, for all
// streams. Never `removeAllListeners`: it turns a socket's table of listeners into a dictionary of 450 bytes.
export class SocketOutlet implements Outlet {
  readonly socket: Socket;
  listener: OutletListener | undefined = undefined;
  // Goes out with the first chunk, in one write and one packet.
  #head: Buffer | undefined;
  closeReason: EndReason = 'error';

  /** Takes over a socket that is paused and that nobody listens to; `head` is the head of the response. */
  constructor(socket: Socket, head: Buffer) {
    this.socket = socket;
    this.#head = head;
    (socket as OutletSocket)[OUTLET] = this;
    prepareConnection(socket);
    socket.on('data', dropData);
    // A client may have left while its request was looked at.
    if (socket.readableEnded) process.nextTick(() => onEnd.call(socket));
    else socket.on('end', onEnd);
    socket.on('error', onError);
    socket.on('close', onClose);
    socket.resume();
  }

  get lane(): 'fast' {
    return 'fast';
  }

  get unsentBytes(): number {
    return unsentBytesOf(this.socket);
  }

  write(chunk: Chunk): boolean {
    const { socket } = this;
    socket.write(this.#withHead(chunk.framed));
    if (socket.writableLength === 0) return true;
    // `drain` comes only to those who had more waiting than the high water mark. An empty write behind what
    // waits is done when the kernel has taken all of it.
    socket.write(NO_BYTES, (error) => {
      if (!error) this.listener?.onDrain();
    });
    return false;
  }

  end(last?: Chunk): void {
    const bytes = last === undefined ? LAST_CHUNK : Buffer.concat([last.framed, LAST_CHUNK]);
    this.socket.end(this.#withHead(bytes));
  }

  reset(): void {
    resetConnection(this.socket);
  }

  #withHead(bytes: Buffer): Buffer {
    const head = this.#head;
    if (head === undefined) return bytes;
    this.#head = undefined;
    return Buffer.concat([head, bytes]);
  }
}

function dropData(this: Socket): void {
  if (this.bytesRead <= MAX_DROPPED_BYTES) return;
  (this as OutletSocket)[OUTLET].closeReason = 'limit';
  resetConnection(this);
}

// FIN: the client says that it has left. The listener ends the response, unless it has ended already.
function onEnd(this: Socket): void {
  const outlet = (this as OutletSocket)[OUTLET];
  outlet.closeReason = 'client-left';
  outlet.listener?.onLeave();
}

function onError(this: Socket, error: NodeJS.ErrnoException): void {
  const outlet = (this as OutletSocket)[OUTLET];
  if (outlet.closeReason === 'error') outlet.closeReason = reasonOfError(error);
}

function onClose(this: Socket): void {
  const outlet = (this as OutletSocket)[OUTLET];
  outlet.listener?.onClose(outlet.closeReason);
}
