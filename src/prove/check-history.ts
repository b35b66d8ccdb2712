// The judge that knows nothing of the hub: what publishers were told and what streams saw, and nothing else. It finds
// every event that was acknowledged and is missing on a stream that wanted it, came twice, came in the wrong order, came
// under another id, or never was; and gaps that nobody said. Pure.
//
// Streams with the same history are judged once, and counted as often as there are.

import { ACKNOWLEDGED, type PublishedHistory, REFUSED } from '../load/history/publish-recorder.ts';
import { NO_EPOCH, type SeenHistory, type SeenStream } from '../load/history/seen.ts';
import { type CheckedStream, StreamCheck } from './stream-check.ts';
import { type ViolationCount, Violations } from './violations.ts';

export interface HistoryReport {
  readonly streams: number;
  /** Pairs of an acknowledged event and a stream that was owed it. */
  readonly owed: number;
  readonly seen: number;
  /** Of what was owed: missing, and said to be missing by a `gap`. */
  readonly told: number;
  /** Events whose publisher was not told what became of them, and those of them that streams saw. */
  readonly unknown: number;
  readonly unknownSeen: number;
  readonly gaps: number;
  readonly violations: readonly ViolationCount[];
  /** False when something had to be left out of the history: then it shows what is wrong, and not that nothing is. */
  readonly isWhole: boolean;
}

/** Judges the history of a run; `seen` has the part of each process. */
export function checkHistory(published: PublishedHistory, seen: readonly SeenHistory[]): HistoryReport {
  const violations = new Violations();
  const facts = new PublishedFacts(published, seen, violations);
  let streams = 0;
  const sums = { owed: 0, seen: 0, told: 0, gaps: 0 };
  for (const part of seen) {
    const known = new Map<string, CheckedStream>();
    for (const stream of part.streams) {
      const key = keyOf(stream);
      let checked = known.get(key);
      if (checked === undefined) {
        checked = new StreamCheck(facts, part, stream).run();
        known.set(key, checked);
      }
      streams++;
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += checked[name];
      for (const violation of checked.violations) violations.add(violation, stream.stream);
    }
  }
  return {
    streams,
    ...sums,
    unknown: facts.unknown,
    unknownSeen: facts.unknownSeen,
    violations: violations.counts(),
    isWhole: seen.every(({ isWhole }) => isWhole),
  };
}

/** A set of events for one stream after the other: a set of 20,000 numbers for each of 10,000 streams takes minutes. */
export class SeenEvents {
  readonly #seenBy: Uint32Array;
  #stream = 0;

  constructor(count: number) {
    this.#seenBy = new Uint32Array(count + 1);
  }

  /** Empties it for the next stream. */
  clear(): void {
    this.#stream++;
  }

  add(event: number): void {
    this.#seenBy[event] = this.#stream;
  }

  has(event: number): boolean {
    return this.#seenBy[event] === this.#stream;
  }
}

/** What is known of each event, by its number: from publishers, and from whoever saw it first. */
export class PublishedFacts {
  readonly published: PublishedHistory;
  readonly unknown: number;
  readonly unknownSeen: number;
  /** Names of epochs, over publishers and all processes. */
  readonly #epochs = new Map<string, number>();
  /** Of each event its id: as told to the publisher, else as seen. */
  readonly #epoch: Uint16Array;
  readonly #position: Float64Array;
  readonly #isSeen: Uint8Array;
  readonly #seen: SeenEvents;
  /** By topic the events that are owed, in order of their numbers. */
  readonly #owed = new Map<number, Int32Array>();
  #ranks: ReadonlyMap<number, number> | undefined;

  constructor(published: PublishedHistory, seen: readonly SeenHistory[], violations: Violations) {
    this.published = published;
    const { count, outcome } = published;
    this.#epoch = Uint16Array.from(published.epoch, (epoch) =>
      epoch === NO_EPOCH ? NO_EPOCH : this.epochOf(published.epochs[epoch]!),
    );
    this.#position = published.position.slice();
    this.#isSeen = new Uint8Array(count + 1);
    this.#seen = new SeenEvents(count);
    this.#findTwins(violations);
    for (const part of seen) this.#noteSeen(part);
    let unknown = 0;
    let unknownSeen = 0;
    for (let event = 1; event <= count; event++) {
      // One that was due and never told of is as unknown as one whose answer was lost.
      if (outcome[event] === ACKNOWLEDGED || outcome[event] === REFUSED) continue;
      unknown++;
      if (this.#isSeen[event] === 1) unknownSeen++;
    }
    this.unknown = unknown;
    this.unknownSeen = unknownSeen;
  }

  /** An empty set, good until the next is asked for. */
  freshSeen(): SeenEvents {
    this.#seen.clear();
    return this.#seen;
  }

  /** One number for an epoch, whoever names it. */
  epochOf(name: string): number {
    const known = this.#epochs.get(name);
    if (known !== undefined) return known;
    this.#epochs.set(name, this.#epochs.size);
    return this.#epochs.size - 1;
  }

  /** The number of a topic's event; 0 when no such event was published. */
  eventOf(topic: number, seq: number): number {
    const { topics, count } = this.published;
    const event = (seq - 1) * topics + topic + 1;
    return topic < topics && event <= count ? event : 0;
  }

  /** The other way round. */
  partsOf(event: number): { readonly topic: number; readonly seq: number } {
    const { topics } = this.published;
    return { topic: (event - 1) % topics, seq: Math.floor((event - 1) / topics) + 1 };
  }

  /** Logs in the order in which their events were published. */
  rankOf(epoch: number): number {
    this.#ranks ??= this.#rank();
    return this.#ranks.get(epoch) ?? Number.POSITIVE_INFINITY;
  }

  isRefused(event: number): boolean {
    return this.published.outcome[event] === REFUSED;
  }

  idOf(event: number): { readonly epoch: number; readonly position: number } {
    return { epoch: this.#epoch[event]!, position: this.#position[event]! };
  }

  /** `epoch-position`, or the topic's own number where there are no ids. */
  nameOf(event: number): string {
    const { epoch, position } = this.idOf(event);
    const { topic, seq } = this.partsOf(event);
    const own = `event ${seq} of topic ${topic}`;
    const epochName = [...this.#epochs].find(([, index]) => index === epoch)?.[0];
    return epochName === undefined ? own : `${own} (${epochName}-${position})`;
  }

  /** What a topic's streams are owed: what was acknowledged, and what turned out to be there since somebody saw it. */
  owedOf(topic: number): Int32Array {
    let owed = this.#owed.get(topic);
    if (owed === undefined) {
      const { topics, count, outcome } = this.published;
      const events: number[] = [];
      for (let event = topic + 1; event <= count; event += topics) {
        const isThere =
          outcome[event] === ACKNOWLEDGED || (!this.isRefused(event) && this.#isSeen[event] === 1);
        if (isThere) events.push(event);
      }
      owed = Int32Array.from(events);
      this.#owed.set(topic, owed);
    }
    return owed;
  }

  isAcknowledged(event: number): boolean {
    return this.published.outcome[event] === ACKNOWLEDGED;
  }

  /** By the mean of their numbers: where one ends and the next begins, topics overlap. */
  #rank(): Map<number, number> {
    const sums = new Map<number, { sum: number; count: number }>();
    for (let event = 1; event <= this.published.count; event++) {
      const epoch = this.#epoch[event]!;
      const entry = sums.get(epoch) ?? { sum: 0, count: 0 };
      sums.set(epoch, { sum: entry.sum + event, count: entry.count + 1 });
    }
    return new Map([...sums].map(([epoch, { sum, count }]) => [epoch, sum / count]));
  }

  /** Two events under one id: one of them is lost, whoever sees what. */
  #findTwins(violations: Violations): void {
    const { count } = this.published;
    const events = new Map<string, number>();
    for (let event = 1; event <= count; event++) {
      if (this.#epoch[event] === NO_EPOCH) continue;
      const id = `${this.#epoch[event]}-${this.#position[event]}`;
      const twin = events.get(id);
      if (twin === undefined) events.set(id, event);
      else {
        violations.add(
          {
            kind: 'one id for two events',
            count: 1,
            example: `${this.nameOf(event)} and ${this.nameOf(twin)}`,
          },
          undefined,
        );
      }
    }
  }

  #noteSeen({ epochs, tables }: SeenHistory): void {
    for (const { epoch, position, topic, seq } of tables) {
      for (let row = 0; row < seq.length; row++) {
        const event = this.eventOf(topic[row]!, seq[row]!);
        if (event === 0) continue;
        this.#isSeen[event] = 1;
        // The first to see it says under which id, where the publisher was not told.
        if (this.#epoch[event] !== NO_EPOCH || epoch[row] === NO_EPOCH) continue;
        this.#epoch[event] = this.epochOf(epochs[epoch[row]!]!);
        this.#position[event] = position[row]!;
      }
    }
  }
}

function keyOf({ topics, table, marks, gaps, isOwedAll, isOwedToLast }: SeenStream): string {
  return `${table}|${topics.join()}|${isOwedAll}|${isOwedToLast}|${marks.join()}|${JSON.stringify(gaps)}`;
}
