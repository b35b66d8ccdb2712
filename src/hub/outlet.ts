// What carries a stream's bytes, a raw socket, a ServerResponse or a web Response, behind the same few calls. An outlet keeps no
// events and takes no decisions; the stream in front of it does.

import type { Socket } from 'node:net';
import type { EndReason } from '../wire/index.ts';
import type { Chunk } from './chunk.ts';

/** Which way a stream came: straight on its socket, through node:http, as a web Response, from inside the process. */
export type Lane = 'fast' | 'http' | 'web' | 'inside';

/** Called between the stream's own calls, never from within one of them. */
export interface OutletListener {
  /** The outlet takes bytes again after it had pushed back. */
  onDrain(): void;
  /** The client has said that it has left, and the outlet still takes an end. */
  onLeave(): void;
  /** The outlet is gone; called once, whoever closed it. */
  onClose(reason: EndReason): void;
}

export interface Outlet {
  /** Where drain and close are told; set by the stream before anything is written. */
  listener: OutletListener | undefined;
  readonly lane: Lane;
  /** The connection under it, or undefined where there is none of its own. */
  readonly socket: Socket | undefined;
  /** Bytes that were written and that the kernel has not taken yet: when it falls, the peer is reading. */
  readonly unsentBytes: number;
  /** Writes whole blocks. False means pushed back: nothing more may be written until `onDrain`. */
  write(chunk: Chunk): boolean;
  /** Writes what is given, then ends the response in the normal way. `onClose` follows. */
  end(last?: Chunk): void;
  /** Cuts the connection at once and throws away what it holds. `onClose` follows. */
  reset(): void;
}
