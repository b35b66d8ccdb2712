// The seam of the proxy's faults: what one fault does to one direction of one connection. A fault answers questions and
// touches no socket: when may bytes leave, how many, and is the connection to be cut. The lane that asks keeps every
// byte in order, so a fault that only shapes cannot lose any.

/** How a connection is cut. */
export type Cut =
  /** FIN, in the middle of whatever is under way. */
  | 'fin'
  | 'reset'
  /** Nobody is told: what comes is taken and dropped. */
  | 'dark'
  /** The same, and whoever sends next gets RST: a middlebox that has forgotten the connection. */
  | 'forgotten';

/** What a lane knows of its connection. Times are milliseconds of a clock that never steps. */
export interface Flow {
  readonly openedMs: number;
  /** When bytes last came, from either side. */
  readonly movedMs: number;
}

/** Bytes that may leave as far as time goes. */
export interface Waiting {
  readonly bytes: number;
  /** The first of them, as they came. */
  readonly first: Uint8Array;
  /** The sender has sent FIN: nothing follows. */
  readonly isLast: boolean;
}

/** The fault that does nothing; every other overrides what it is about. */
export class Shaper {
  /** Bytes have come; answers by how many milliseconds they leave later. */
  arrived(_bytes: number, _nowMs: number): number {
    return 0;
  }

  /** How many of the waiting bytes may leave now, in one write. */
  allows(waiting: Waiting, _nowMs: number): number {
    return waiting.bytes;
  }

  /** So many have left. */
  left(_bytes: number, _nowMs: number): void {}

  /** When to ask `allows` again although nothing came; asked only while bytes wait. */
  askAgainMs(_nowMs: number): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Whether the connection is to be cut now; asked after bytes came or left, and at `cutAtMs`. */
  cut(_flow: Flow, _nowMs: number): Cut | undefined {
    return undefined;
  }

  /** When it is to be cut, as far as time decides. */
  cutAtMs(_flow: Flow): number {
    return Number.POSITIVE_INFINITY;
  }

  /** The sender is not read while more is held, also where the proxy would allow more. */
  get maxHeldBytes(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** The sender is read until so much is held, also where the proxy would allow less. */
  get minHeldBytes(): number {
    return 1;
  }
}
