// Latency histograms as sparse counts: value -> how many. Reads the encoding that HdrHistogram calls V2
// compressed (deflate, then runs of zigzag LEB128). hdr-histogram-js is the reference in the test, but is not
// used to read: for a hostile run of zeros it loops without end, it inflates without a limit, and its dense
// counts cost 10 times as much for the few hundred values that an interval has.

import { inflateSync } from 'node:zlib';

const COMPRESSED_COOKIE = 0x1c849304;
const COOKIE = 0x1c849303;
const HEADER_BYTES = 40;
/** A histogram of 5 digits over an hour is 2 MiB. */
const MAX_INFLATED_BYTES = 8 * 1024 * 1024;
/** An hour in microseconds has 23,000 at 3 digits, and 2.9 million at 5. */
const MAX_INDEX = 4_000_000;

/** How many events took how long, ascending. A value stands for the highest one that the histogram cannot tell from it. */
export interface LatencyCounts {
  readonly valuesUs: readonly number[];
  readonly counts: readonly number[];
}

/** Undefined for what is no such histogram. */
export function decodeLatencyCounts(base64: string): LatencyCounts | undefined {
  try {
    const outer = Buffer.from(base64, 'base64');
    if ((outer.readInt32BE(0) & ~0xf0) !== COMPRESSED_COOKIE) return undefined;
    const body = outer.subarray(8, 8 + outer.readInt32BE(4));
    return readCounts(inflateSync(body, { maxOutputLength: MAX_INFLATED_BYTES }));
  } catch (error) {
    // Ends too early, or does not inflate: foreign data, and "cannot be read" is a legal answer.
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}

function readCounts(bytes: Buffer): LatencyCounts | undefined {
  const digits = bytes.readInt32BE(12);
  const lowest = Number(bytes.readBigInt64BE(16));
  if ((bytes.readInt32BE(0) & ~0xf0) !== COOKIE || digits < 0 || digits > 5 || lowest < 1) return undefined;
  const end = Math.min(bytes.length, HEADER_BYTES + bytes.readInt32BE(4));
  const scale = new ValueScale(digits, lowest);
  const valuesUs: number[] = [];
  const counts: number[] = [];
  const cursor = { at: HEADER_BYTES };
  for (let index = 0; cursor.at < end; ) {
    const count = readZigZag(bytes, cursor);
    index += count < 0 ? -count : 1;
    if (index > MAX_INDEX || !Number.isSafeInteger(count)) return undefined;
    if (count <= 0) continue;
    valuesUs.push(scale.highestOf(index - 1));
    counts.push(count);
  }
  return { valuesUs, counts };
}

/** Which values the cell at an index stands for: exact up to 2 x 10^digits, then as many cells each doubling. */
class ValueScale {
  readonly #halfBits: number;
  readonly #unitBits: number;

  constructor(digits: number, lowest: number) {
    this.#halfBits = Math.max(Math.ceil(Math.log2(2 * 10 ** digits)), 1) - 1;
    this.#unitBits = Math.floor(Math.log2(lowest));
  }

  highestOf(index: number): number {
    const half = 2 ** this.#halfBits;
    const bucket = Math.max(Math.floor(index / half) - 1, 0);
    const subBucket = index < half ? index : (index % half) + half;
    const width = 2 ** (bucket + this.#unitBits);
    return subBucket * width + width - 1;
  }
}

// Seven bits a byte, low ones first; a ninth byte has eight. Beyond 2^53 it is not exact, and refused above.
function readZigZag(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = bytes.readUInt8(cursor.at++);
    value += (i === 8 ? byte : byte & 0x7f) * 128 ** i;
    if (byte < 0x80) break;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
