// What reads the content that one side of a connection sends.

/** Takes bytes in order. A call with bytes that did not come right behind the others is preceded by `missing`. */
export interface ContentHalf {
  /** Nothing that comes can be read any more. */
  readonly isOver: boolean;
  bytes(bytes: Buffer, start: number, end: number, packet: number, timeMs: number): void;
  /** So many bytes are not in the capture. */
  missing(count: number): void;
}

/** A place in the capture: the packet that something was read in. */
export interface Moment {
  readonly packet: number;
  readonly timeMs: number;
}
