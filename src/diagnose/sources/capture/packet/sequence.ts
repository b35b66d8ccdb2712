// Sequence numbers of TCP are 32 bits and wrap around; distances between them are signed.

/** How far `a` lies behind `b` in the stream: from -2^31 to 2^31 - 1, wrap-around taken care of. */
export function distance(a: number, b: number): number {
  return (a - b) | 0;
}

/** The sequence number that lies `count` behind. */
export function advance(seq: number, count: number): number {
  return (seq + count) >>> 0;
}
