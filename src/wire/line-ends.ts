// Finds the ends of lines and blocks in bytes. LF and CR are never part of a longer UTF-8 sequence, also not of
// a broken one, so lines can be cut before anything is decoded.

export const LF = 0x0a;
export const CR = 0x0d;

/**
 * The index after the last empty line that ends in `bytes[start, end)`, where `start` begins a line; `start`
 * when there is none. Of a CRLF that `end` cuts, the CR ends the line.
 */
export function lastBlockEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = end - 1; at >= start; at--) {
    while (at > start && bytes[at]! > CR) at--;
    if (bytes[at] !== LF && bytes[at] !== CR) continue;
    const afterLine = at + 1;
    if (bytes[at] === LF && at > start && bytes[at - 1] === CR) at--;
    if (at === start || bytes[at - 1] === LF || bytes[at - 1] === CR) return afterLine;
  }
  return start;
}

/** The index after the last line that ends in `bytes[start, end)`; `start` when there is none. */
export function lastLineEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] !== LF && bytes[at - 1] !== CR) at--;
  return at;
}

/** Finds the next line end in one chunk, going forward only. */
export class LineEndFinder {
  // Searched again only when passed: a chunk is scanned once for LF and once for CR, also when it has none.
  #nextLf = -1;
  #nextCr = -1;

  /** Says that another chunk follows. */
  reset(): void {
    this.#nextLf = -1;
    this.#nextCr = -1;
  }

  /** The index of the first LF or CR from `from` on; the length of the chunk when there is none. */
  next(chunk: Uint8Array, from: number): number {
    // Runs of line ends are common, and a native search costs 30 ns before it looks at the first byte.
    if (chunk[from] === LF || chunk[from] === CR) return from;
    if (this.#nextLf < from) this.#nextLf = indexOrEnd(chunk, LF, from);
    if (this.#nextCr < from) this.#nextCr = indexOrEnd(chunk, CR, from);
    return Math.min(this.#nextLf, this.#nextCr);
  }
}

function indexOrEnd(bytes: Uint8Array, byte: number, from: number): number {
  const index = bytes.indexOf(byte, from);
  return index === -1 ? bytes.length : index;
}
