// Who should have got which event, and what came instead. It knows pairs of a stream and a topic, and of each
// the sequence numbers from 1; it knows no sockets and no clock.
//
//   owed: from --------------------------- published      of a stream that left: to `until`
//   came: from ----- hole ----- highest
//   lost:            ^^^^               ^^^^^^^^^
//
// What came is a highest number and the holes below it, so 50,000 streams that lose nothing cost 2.6 MiB however
// many events they get.
// The file is long because a pair is columns of arrays and not an object: what reads them stands beside them.

import { type BlockCount, BlockCounts } from './loss-blocks.ts';
import { MissingRanges } from './missing-ranges.ts';
import { grown, PairTable } from './pair-table.ts';
import type { BlockRange } from './publish-times.ts';
import { WaivedNumbers } from './waived-numbers.ts';

/** Holes kept of one pair of stream and topic. */
const MAX_RANGES_PER_PAIR = 512;
/** Holes kept in all: about 8 MiB. */
const MAX_RANGES = 262_144;
/** Ranges of waived numbers kept in all; one that comes after that stays owed, and makes the ledger inexact. */
const MAX_WAIVED_RANGES = 262_144;

/** What one received event was. Each is counted under exactly one of these. */
export type Receipt =
  /** The next that was owed, or one further on. */
  | 'new'
  /** It came after one with a higher number, and filled a hole. */
  | 'outOfOrder'
  /** Owed, but it came after `settle` had counted it as lost. */
  | 'late'
  /** It had come before. */
  | 'repeated'
  /** From before the stream's first owed event, from after its last, or of a number that was waived. */
  | 'unowed'
  /** Either filled a forgotten hole or was repeated; the ledger is inexact from here on. */
  | 'unclear';

export interface LedgerTotals {
  /** Events that were owed: of each pair, those published from its first to its last. */
  readonly expected: number;
  /** Of these, how many came; each is counted once. `expected = delivered + lost` as long as it is exact. */
  readonly delivered: number;
  /** How many did not come; when not exact, at least so many. */
  readonly lost: number;
  /** Came once more than they should have. */
  readonly repeated: number;
  /** Delivered, but after an event with a higher number. */
  readonly outOfOrder: number;
  /** Delivered, but after `settle`. One may be out of order too. */
  readonly late: number;
  readonly unowed: number;
  readonly unclear: number;
  /** False as soon as something came that could not be told apart, because holes had been forgotten. */
  readonly exact: boolean;
  /** Reconnects after which the next new event was the next one owed, on all topics that had one. */
  readonly resumedReconnects: number;
  /** Reconnects after which the next new event left a hole, whether or not it was filled later. */
  readonly lossyReconnects: number;
}

export interface LedgerOptions {
  /** Default MAX_RANGES_PER_PAIR. */
  readonly maxRangesPerPair?: number;
  /** Default MAX_RANGES. */
  readonly maxRanges?: number;
}

const UNKNOWN = 0;
const NO_END = 0xffff_ffff;
const FIRST_STREAMS = 1024;

// What is known of a stream's last reconnect.
const NEVER = 0;
const OPEN = 1;
const RESUMED = 2;
const LOSSY = 3;

export class Ledger {
  readonly #maxRangesPerPair: number;
  readonly #maxRanges: number;
  readonly #pairs = new PairTable();
  // By pair. A pair whose first owed event is not known yet has 0 in `from`.
  #from = new Uint32Array(0);
  #highest = new Uint32Array(0);
  #until = new Uint32Array(0);
  /** The number of the stream's connection on which the pair last got something new. */
  #seenOn = new Uint32Array(0);
  readonly #holes = new Map<number, MissingRanges>();
  /** By topic. */
  readonly #waived = new Map<number, WaivedNumbers>();
  // By stream.
  #connection = new Uint32Array(FIRST_STREAMS);
  #reconnect = new Uint8Array(FIRST_STREAMS);
  /** By topic: how many had been published when the run stopped waiting; undefined before that. */
  #settled: ArrayLike<number> | undefined;
  #rangeCount = 0;
  #waivedRanges = 0;
  /** Of all pairs: waived numbers below the highest that did not come. */
  #waivedBelow = 0;
  #isWaiverKept = true;
  #delivered = 0;
  #repeated = 0;
  #outOfOrder = 0;
  #late = 0;
  #unowed = 0;
  #unclear = 0;
  #resumedReconnects = 0;
  #lossyReconnects = 0;

  constructor({ maxRangesPerPair = MAX_RANGES_PER_PAIR, maxRanges = MAX_RANGES }: LedgerOptions = {}) {
    this.#maxRangesPerPair = maxRangesPerPair;
    this.#maxRanges = maxRanges;
  }

  /** What its arrays hold, in bytes; holes come on top. */
  get byteLength(): number {
    const arrays = [this.#from, this.#highest, this.#until, this.#seenOn, this.#connection, this.#reconnect];
    return arrays.reduce((sum, array) => sum + array.byteLength, this.#pairs.byteLength);
  }

  /**
   * Says that the stream is owed the topic's events from `seq` on, also if it never gets one. Where this is not
   * said, the first event that comes is the first that was owed. Said after that, it changes nothing: false.
   */
  expectFrom(stream: number, topic: number, seq: number): boolean {
    const pair = this.#pairOf(stream, topic);
    if (this.#from[pair] !== UNKNOWN) return false;
    this.#begin(pair, stream, seq);
    return true;
  }

  /** Says that the stream left for good: it is owed nothing above `seq`, nor above what it already has if that is more. */
  expectUntil(stream: number, topic: number, seq: number): void {
    const pair = this.#pairOf(stream, topic);
    this.#until[pair] = Math.max(seq, this.#highest[pair]!);
  }

  /**
   * Says that no server has taken the topic's events `start` to `end`: nobody is owed them. One that came all the
   * same, before this was said, stays delivered.
   */
  waive(topic: number, start: number, end: number): void {
    const waived = this.#waived.get(topic) ?? new WaivedNumbers();
    this.#waived.set(topic, waived);
    if (this.#waivedRanges >= MAX_WAIVED_RANGES) {
      this.#isWaiverKept = false;
      return;
    }
    const before = waived.rangeCount;
    waived.add(start, end);
    this.#waivedRanges += waived.rangeCount - before;
    for (const [pair, holes] of this.#holes) {
      if (this.#pairs.topicOf(pair) !== topic) continue;
      const rangesBefore = holes.rangeCount;
      // What of it was forgotten stays counted as lost.
      if (start <= holes.forgottenTo) this.#isWaiverKept = false;
      this.#waivedBelow += holes.remove(start, end);
      this.#rangeCount += holes.rangeCount - rangesBefore;
      this.#forgetAboveBounds(holes);
    }
  }

  /** Says that the stream has a new connection: its next events show whether it resumed. */
  reconnected(stream: number): void {
    if (stream >= this.#connection.length) this.#growStreams(stream);
    this.#connection[stream]!++;
    this.#reconnect[stream] = OPEN;
  }

  /** Takes one event; `seq` is an integer from 1 to 4,294,967,294, as `readStamp` gives it. */
  received(stream: number, topic: number, seq: number): Receipt {
    const pair = this.#pairOf(stream, topic);
    if (seq < this.#from[pair]! || seq > this.#until[pair]!) {
      this.#unowed++;
      return 'unowed';
    }
    if (this.#from[pair] === UNKNOWN) this.#begin(pair, stream, seq);
    const next = this.#highest[pair]! + 1;
    if (seq < next) return this.#receivedBelow(pair, topic, seq);
    const leftHole = seq > next && this.#addHoles(pair, topic, next, seq - 1);
    this.#highest[pair] = seq;
    if (this.#seenOn[pair] !== this.#connectionOf(stream)) this.#judgeReconnect(pair, stream, leftHole);
    this.#delivered++;
    return this.#isLate(topic, seq) ? 'late' : 'new';
  }

  /** The state so far, when `published[topic]` events of each topic have been sent. */
  totals(published: ArrayLike<number>): LedgerTotals {
    let expected = 0;
    let lost = 0;
    for (let pair = 0; pair < this.#pairs.count; pair++) {
      if (this.#from[pair] === UNKNOWN) continue;
      const highest = this.#highest[pair]!;
      const last = this.#lastOf(pair, published);
      const waivedAbove = this.#waivedBetween(this.#pairs.topicOf(pair), highest + 1, last);
      // A stream may be owed only what is yet to be published.
      expected += last - this.#from[pair]! + 1 - waivedAbove;
      lost += last - highest - waivedAbove;
    }
    expected -= this.#waivedBelow;
    let forgotten = 0;
    for (const holes of this.#holes.values()) {
      lost += holes.missing;
      forgotten += holes.forgotten;
    }
    return {
      expected,
      delivered: this.#delivered,
      lost: lost - Math.min(this.#unclear, forgotten),
      repeated: this.#repeated,
      outOfOrder: this.#outOfOrder,
      late: this.#late,
      unowed: this.#unowed,
      unclear: this.#unclear,
      exact: this.#unclear === 0 && this.#isWaiverKept,
      resumedReconnects: this.#resumedReconnects,
      lossyReconnects: this.#lossyReconnects,
    };
  }

  /**
   * What was owed and what is lost by block of time, given the blocks of each topic. Undefined when holes had been
   * forgotten: nobody knows any more where they were. A waived number that came all the same is in no block.
   */
  blockCounts(
    published: ArrayLike<number>,
    rangesOf: (topic: number) => readonly BlockRange[],
  ): BlockCount[] | undefined {
    const waivedBetween = (topic: number, from: number, to: number) => this.#waivedBetween(topic, from, to);
    const blocks = new BlockCounts(rangesOf, waivedBetween);
    // Streams of one topic are mostly owed the same, so they are counted together.
    const alike = new Map<string, number>();
    for (let pair = 0; pair < this.#pairs.count; pair++) {
      if (this.#from[pair] === UNKNOWN) continue;
      const topic = this.#pairs.topicOf(pair);
      const last = this.#lastOf(pair, published);
      const owed = `${topic} ${this.#from[pair]} ${last}`;
      alike.set(owed, (alike.get(owed) ?? 0) + 1);
      blocks.add('lost', topic, this.#highest[pair]! + 1, last);
      const holes = this.#holes.get(pair);
      if (holes === undefined) continue;
      if (holes.forgotten > 0) return undefined;
      holes.visitRanges((start, end) => blocks.add('lost', topic, start, end));
    }
    for (const [owed, streams] of alike) {
      const [topic, from, last] = owed.split(' ').map(Number);
      blocks.add('expected', topic!, from!, last!, streams);
    }
    return blocks.counts();
  }

  /** The run stops waiting: what is still missing of the `published` events is lost, and late if it comes yet. */
  settle(published: ArrayLike<number>): LedgerTotals {
    this.#settled = Float64Array.from(published);
    return this.totals(published);
  }

  /** The last number that the pair is owed, given how many were published; below its first when it is owed none. */
  #lastOf(pair: number, published: ArrayLike<number>): number {
    const owedTo = Math.min(published[this.#pairs.topicOf(pair)] ?? 0, this.#until[pair]!);
    return Math.max(this.#highest[pair]!, owedTo);
  }

  #waivedBetween(topic: number, start: number, end: number): number {
    return this.#waived.get(topic)?.countBetween(start, end) ?? 0;
  }

  /** An event that is not above the highest: it fills a hole, or it is one too many. */
  #receivedBelow(pair: number, topic: number, seq: number): Receipt {
    const holes = this.#holes.get(pair);
    const rangesBefore = holes?.rangeCount ?? 0;
    switch (holes?.fill(seq)) {
      case 'missing':
        this.#rangeCount += holes!.rangeCount - rangesBefore;
        this.#forgetAboveBounds(holes!);
        this.#delivered++;
        this.#outOfOrder++;
        return this.#isLate(topic, seq) ? 'late' : 'outOfOrder';
      case 'forgotten':
        this.#unclear++;
        return 'unclear';
      default:
        if (this.#waived.get(topic)?.has(seq)) {
          this.#unowed++;
          return 'unowed';
        }
        this.#repeated++;
        return 'repeated';
    }
  }

  #isLate(topic: number, seq: number): boolean {
    if (this.#settled === undefined || seq > (this.#settled[topic] ?? 0)) return false;
    this.#late++;
    return true;
  }

  /** Holes of what is not waived; whether there was any. */
  #addHoles(pair: number, topic: number, start: number, end: number): boolean {
    const waived = this.#waived.get(topic);
    if (waived === undefined) {
      this.#addHole(pair, start, end);
      return true;
    }
    let owed = 0;
    for (const [from, to] of waived.others(start, end)) {
      this.#addHole(pair, from, to);
      owed += to - from + 1;
    }
    this.#waivedBelow += end - start + 1 - owed;
    return owed > 0;
  }

  #addHole(pair: number, start: number, end: number): void {
    let holes = this.#holes.get(pair);
    if (holes === undefined) {
      holes = new MissingRanges();
      this.#holes.set(pair, holes);
    }
    holes.append(start, end);
    this.#rangeCount++;
    this.#forgetAboveBounds(holes);
  }

  /** The oldest hole of the pair that has one too many goes: it is the least likely to be filled. */
  #forgetAboveBounds(holes: MissingRanges): void {
    while (
      holes.rangeCount > this.#maxRangesPerPair ||
      (this.#rangeCount > this.#maxRanges && holes.rangeCount > 0)
    ) {
      holes.forgetFirst();
      this.#rangeCount--;
    }
  }

  #judgeReconnect(pair: number, stream: number, leftHole: boolean): void {
    this.#seenOn[pair] = this.#connectionOf(stream);
    const known = this.#reconnect[stream] ?? NEVER;
    if (leftHole && known !== LOSSY) {
      if (known === RESUMED) this.#resumedReconnects--;
      this.#lossyReconnects++;
      this.#reconnect[stream] = LOSSY;
    } else if (!leftHole && known === OPEN) {
      this.#resumedReconnects++;
      this.#reconnect[stream] = RESUMED;
    }
  }

  #begin(pair: number, stream: number, from: number): void {
    this.#from[pair] = from;
    this.#highest[pair] = from - 1;
    this.#seenOn[pair] = this.#connectionOf(stream);
  }

  #connectionOf(stream: number): number {
    return this.#connection[stream] ?? 0;
  }

  #pairOf(stream: number, topic: number): number {
    const pair = this.#pairs.intern(stream, topic);
    if (pair >= this.#from.length) this.#growPairs();
    return pair;
  }

  #growPairs(): void {
    const before = this.#until.length;
    const { capacity } = this.#pairs;
    this.#from = grown(this.#from, capacity);
    this.#highest = grown(this.#highest, capacity);
    this.#seenOn = grown(this.#seenOn, capacity);
    this.#until = grown(this.#until, capacity).fill(NO_END, before);
  }

  #growStreams(stream: number): void {
    const length = Math.max(stream + 1, this.#connection.length * 2);
    this.#connection = grown(this.#connection, length);
    this.#reconnect = grown(this.#reconnect, length);
  }
}
