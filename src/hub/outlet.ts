// What carries a stream's bytes: a ServerResponse today, a raw socket or a web stream behind the same four
// calls. An outlet keeps no events and takes no decisions; the stream in front of it does.

import type { EndReason } from '../wire/index.ts';

/** Called between the stream's own calls, never from within one of them. */
export interface OutletListener {
  /** The outlet takes bytes again after it had pushed back. */
  onDrain(): void;
  /** The outlet is gone; called once, whoever closed it. */
  onClose(reason: EndReason): void;
}

export interface Outlet {
  /** Where drain and close are told; set by the stream before anything is written. */
  listener: OutletListener | undefined;
  /** Bytes that were written and that the kernel has not taken yet: when it falls, the peer is reading. */
  readonly unsentBytes: number;
  /** Writes whole blocks. False means pushed back: nothing more may be written until `onDrain`. */
  write(bytes: Uint8Array): boolean;
  /** Writes what is given, then ends the response in the normal way. `onClose` follows. */
  end(last: Uint8Array): void;
  /** Cuts the connection at once and throws away what it holds. `onClose` follows. */
  reset(): void;
}
