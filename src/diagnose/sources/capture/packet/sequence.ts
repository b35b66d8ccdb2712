// Sequence numbers of TCP are 32 bits and wrap around; distances between them are signed. They are kept as signed numbers
// too: what is above 2^31 takes memory of its own in V8, for every packet anew.

/** How far `a` lies behind `b` in the stream: from -2^31 to 2^31 - 1, wrap-around taken care of. */
export function distance(a: number, b: number): number {
  return (a - b) | 0;
}

/** As on the wire: what evidence holds. */
export function unsigned(seq: number): number {
  return seq >>> 0;
}

/** The sequence number that lies `count` behind. */
export function advance(seq: number, count: number): number {
  return (seq + count) | 0;
}
