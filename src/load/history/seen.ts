// What streams saw, event by event and in order, small enough for thousands of streams and hours: rows of a table that all
// streams of the same topics share, and for each stream the spans of rows that it saw. A stream that lost nothing is one
// span, however many events it got.
//
//   rows:     0 1 2 3 4 5 6 7 ...         (id, topic, number) as first seen by any stream
//   stream a: 0..7                        one span
//   stream b: 0..3, gap, 6..7             it says what is between, and in which order things came

/** An id `<epoch>-<seq>`; an id of another form is opaque: NO_EPOCH and 0. */
export const NO_EPOCH = 0xffff;

/** Columns of what was seen; row n is entry n of each. */
export interface SeenRows {
  /** Index into `SeenHistory.epochs`. */
  readonly epoch: Uint16Array;
  /** The seq of the id. */
  readonly position: Float64Array;
  readonly topic: Uint32Array;
  /** The topic's own number, from the stamp. */
  readonly seq: Uint32Array;
}

export interface SaidGap {
  readonly reason: string;
  /** Ids: events after `from` and up to `to` are missing. */
  readonly from: string;
  readonly to: string;
}

export interface SeenStream {
  /** Of all streams of the run. */
  readonly stream: number;
  /** The topics that it wants. */
  readonly topics: readonly number[];
  /** Which table its rows are in. */
  readonly table: number;
  /** In order: a span as its first row and the count of rows; a gap as -1 and its index in `gaps`. */
  readonly marks: Int32Array;
  readonly gaps: readonly SaidGap[];
  /** It was up before the first event was published: it is owed all of them; else those after its first. */
  readonly isOwedAll: boolean;
  /** A reader that is slow by its own choice, or has left for good: it is owed nothing after the last that it saw. */
  readonly isOwedToLast: boolean;
}

/** Of one process of the generator. */
export interface SeenHistory {
  readonly epochs: readonly string[];
  readonly tables: readonly SeenRows[];
  readonly streams: readonly SeenStream[];
  /** False when a bound was met, and something is therefore not in here. */
  readonly isWhole: boolean;
}

const ID = /^([a-z0-9]{6,10})-(\d{1,16})$/;

/** Takes an id apart; undefined for one that is no position of a Holdfast log. */
export function readPosition(id: string): { readonly epoch: string; readonly seq: number } | undefined {
  const match = ID.exec(id);
  return match === null ? undefined : { epoch: match[1]!, seq: Number(match[2]) };
}
