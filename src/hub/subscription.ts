// What a stream wants, shared by all streams that want the same: 20,000 streams on one topic hold one
// subscription. It also carries what its live streams have yet to be sent, since that is the same for all of them.

import type { Selection } from '../log/event-log.ts';
import type { Ring } from '../log/ring.ts';
import { Chunk } from './chunk.ts';
import { covers, type Pattern } from './pattern.ts';
import type { Stream } from './stream.ts';

// One write of joined frames. Larger joins save nothing more per event and hold the slice up.
const MAX_JOINED_BYTES = 65_536;

/** Joined frames and the position up to which they reach. */
export interface Joined {
  readonly chunk: Chunk;
  readonly to: number;
  readonly eventCount: number;
  /** When the oldest of its events was appended, in milliseconds since 1970. */
  readonly timeMs: number;
}

export class Subscription implements Selection {
  /** The sorted patterns in one text: equal keys, equal subscriptions. */
  readonly key: string;
  readonly patterns: readonly Pattern[];
  readonly exactTopics: ReadonlySet<string>;
  readonly hasPatterns: boolean;
  readonly #wildcards: readonly Pattern[];

  /** How many streams hold it; the table drops it at 0. */
  holders = 0;
  /** Its streams that get frames as they are announced. */
  readonly live = new Set<Stream>();
  /** Where its last topic ended, when all it wants are exact topics that have ended. */
  endsAt: number | undefined;
  /** When its live streams were last written to; 0 before. */
  servedMs = 0;

  // Positions matched since every live stream was last served, ascending. Not frames: those are the ring's,
  // and a stream that has not been served before the ring dropped them is behind.
  #hits: number[] = [];
  #joined: (Joined & { readonly first: number; readonly hitCount: number }) | undefined;

  constructor(key: string, patterns: readonly Pattern[]) {
    this.key = key;
    this.patterns = patterns;
    this.exactTopics = new Set(patterns.filter((pattern) => pattern.isExact).map((pattern) => pattern.text));
    this.#wildcards = patterns.filter((pattern) => !pattern.isExact);
    this.hasPatterns = this.#wildcards.length > 0;
  }

  /** How many of its patterns have a wildcard: matching them is what a scan costs. */
  get patternCount(): number {
    return this.#wildcards.length;
  }

  matches(topic: string): boolean {
    if (this.exactTopics.has(topic)) return true;
    if (!this.hasPatterns) return false;
    const narrow = { segments: topic.split('/') };
    return this.#wildcards.some((pattern) => covers(pattern, narrow));
  }

  /** Whether its live streams still have something to get. */
  get isDirty(): boolean {
    return this.#hits.length > 0;
  }

  /** Up to where its live streams are complete, given that records up to `matchedTo` have been matched. */
  completeTo(matchedTo: number): number {
    return this.isDirty ? this.#hits[0]! - 1 : matchedTo;
  }

  /** Notes a matched position; false when overlapping patterns bring it a second time. */
  hit(position: number): boolean {
    if (this.#hits.at(-1) === position) return false;
    this.#hits.push(position);
    return true;
  }

  /** Forgets the hits that every live stream has got, and says how many they were. */
  forgetHits(upTo: number): number {
    this.#joined = undefined;
    const count = this.#firstHitAfter(upTo);
    this.#hits = this.#hits.slice(count);
    return count;
  }

  /**
   * The frames after a position as one chunk, made once for all streams at that position. Undefined when
   * there are none; 'dropped' when the ring no longer has them.
   */
  joinAfter(position: number, ring: Ring): Joined | 'dropped' | undefined {
    const first = this.#firstHitAfter(position);
    if (first === this.#hits.length) return undefined;
    const cached = this.#joined;
    if (cached?.first === first && (cached.hitCount === this.#hits.length || isFull(cached))) return cached;
    const frames: Uint8Array[] = [];
    let bytes = 0;
    let timeMs = 0;
    let last = first;
    for (let i = first; i < this.#hits.length; i++) {
      const record = ring.get(this.#hits[i]!);
      if (record === undefined) return 'dropped';
      bytes += record.frame.byteLength;
      if (bytes > MAX_JOINED_BYTES && frames.length > 0) break;
      if (frames.length === 0) timeMs = record.timeMs;
      frames.push(record.frame);
      last = i;
    }
    const hitCount = this.#hits.length;
    this.#joined = {
      chunk: new Chunk(frames),
      to: this.#hits[last]!,
      eventCount: frames.length,
      timeMs,
      first,
      hitCount,
    };
    return this.#joined;
  }

  #firstHitAfter(position: number): number {
    let low = 0;
    let high = this.#hits.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#hits[middle]! > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

// A full buffer stays as it is when more hits arrive; one with room is joined anew, to carry them too.
function isFull(joined: Joined): boolean {
  return joined.chunk.byteLength > MAX_JOINED_BYTES / 2;
}
