// The check of one stream: goes through what it saw, in order, and then through what it was owed.

import {
  NO_EPOCH,
  readPosition,
  type SaidGap,
  type SeenHistory,
  type SeenRows,
  type SeenStream,
} from '../load/history/seen.ts';
import type { PublishedFacts, SeenEvents } from './check-history.ts';
import type { Violation, ViolationKind } from './violations.ts';

export interface CheckedStream {
  readonly owed: number;
  readonly seen: number;
  readonly told: number;
  readonly gaps: number;
  readonly violations: readonly Violation[];
}

/** Positions that a gap says are missing: in one log, above `after` and up to `to`. */
interface Missing {
  readonly epoch: number;
  readonly after: number;
  readonly to: number;
}

const GAP = -1;

export class StreamCheck {
  readonly #facts: PublishedFacts;
  readonly #stream: SeenStream;
  readonly #part: SeenHistory;
  readonly #rows: SeenRows;
  readonly #seen: SeenEvents;
  readonly #topics: ReadonlySet<number>;
  readonly #missing: Missing[] = [];
  readonly #found = new Map<ViolationKind, { count: number; example: string }>();
  /** Of the part's epochs, by the numbers of the facts. */
  readonly #epochs: readonly number[];
  // Where the stream stands.
  #epoch = NO_EPOCH;
  #position = 0;
  #mayChangeLog = true;
  // By topic.
  readonly #firstSeq = new Map<number, number>();
  readonly #lastSeq = new Map<number, number>();
  #rowsSeen = 0;
  #firstEvent = 0;

  constructor(facts: PublishedFacts, part: SeenHistory, stream: SeenStream) {
    this.#facts = facts;
    this.#stream = stream;
    this.#part = part;
    this.#rows = part.tables[stream.table]!;
    this.#seen = facts.freshSeen();
    this.#topics = new Set(stream.topics);
    this.#epochs = part.epochs.map((name) => facts.epochOf(name));
  }

  run(): CheckedStream {
    const { marks, gaps } = this.#stream;
    for (let i = 0; i < marks.length; i += 2) {
      if (marks[i] === GAP) this.#takeGap(gaps[marks[i + 1]!]!);
      else {
        const end = marks[i]! + marks[i + 1]!;
        for (let row = marks[i]!; row < end; row++) this.#takeRow(row);
      }
    }
    const { owed, told } = this.#settle();
    return {
      owed,
      told,
      seen: this.#rowsSeen,
      gaps: gaps.length,
      violations: [...this.#found].map(([kind, { count, example }]) => ({ kind, count, example })),
    };
  }

  #takeRow(row: number): void {
    const facts = this.#facts;
    const topic = this.#rows.topic[row]!;
    const seq = this.#rows.seq[row]!;
    const position = this.#rows.position[row]!;
    const local = this.#rows.epoch[row]!;
    const epoch = local === NO_EPOCH ? NO_EPOCH : this.#epochs[local]!;
    const event = facts.eventOf(topic, seq);
    this.#rowsSeen++;
    if (event === 0) {
      this.#find('from nowhere', `event ${seq} of topic ${topic}`);
      return;
    }
    if (facts.isRefused(event)) this.#find('refused and delivered', facts.nameOf(event));
    if (!this.#topics.has(topic)) {
      this.#find('not asked for', facts.nameOf(event));
      return;
    }
    const id = facts.idOf(event);
    if (epoch !== id.epoch || position !== id.position) {
      this.#find(
        'another id',
        `${facts.nameOf(event)} came as ${this.#part.epochs[local] ?? 'opaque'}-${position}`,
      );
    }
    if (this.#seen.has(event)) {
      this.#find('repeated', facts.nameOf(event));
      return;
    }
    this.#seen.add(event);
    if (this.#firstEvent === 0) this.#firstEvent = event;
    this.#checkOrder(event, topic, seq, epoch, position);
  }

  #checkOrder(event: number, topic: number, seq: number, epoch: number, position: number): void {
    if (!this.#firstSeq.has(topic)) this.#firstSeq.set(topic, seq);
    if (epoch === NO_EPOCH) {
      // Without positions, a topic's own order is all that can be known.
      if (seq < (this.#lastSeq.get(topic) ?? 0)) this.#find('out of order', this.#facts.nameOf(event));
      this.#lastSeq.set(topic, Math.max(seq, this.#lastSeq.get(topic) ?? 0));
      return;
    }
    const name = () => this.#facts.nameOf(event);
    if (this.#missing.some((gap) => gap.epoch === epoch && position > gap.after && position <= gap.to)) {
      this.#find('delivered from a gap', name());
    }
    if (epoch !== this.#epoch) {
      if (!this.#mayChangeLog) this.#find('another log without a gap', name());
    } else if (position < this.#position) {
      this.#find('out of order', name());
      return;
    }
    this.#epoch = epoch;
    this.#position = position;
    this.#mayChangeLog = false;
  }

  #takeGap({ from, to }: SaidGap): void {
    this.#mayChangeLog = true;
    const [first, last] = [readPosition(from), readPosition(to)];
    if (last === undefined) return;
    const toEpoch = this.#facts.epochOf(last.epoch);
    const fromEpoch = first === undefined ? undefined : this.#facts.epochOf(first.epoch);
    if (fromEpoch === toEpoch) this.#missing.push({ epoch: toEpoch, after: first!.seq, to: last.seq });
    else {
      // Of another log: all of the old one from there on, and the begin of the new one.
      this.#missing.push({ epoch: toEpoch, after: 0, to: last.seq });
      if (fromEpoch !== undefined) {
        this.#missing.push({ epoch: fromEpoch, after: first!.seq, to: Number.POSITIVE_INFINITY });
      }
    }
  }

  /** What it was owed against what came. */
  #settle(): { readonly owed: number; readonly told: number } {
    const { topics, isOwedAll, isOwedToLast } = this.#stream;
    let owed = 0;
    let told = 0;
    // One that was late is owed what came after the first that it saw; without any, nobody can say.
    if (!isOwedAll && this.#firstEvent === 0) return { owed, told };
    for (const topic of topics) {
      for (const event of this.#facts.owedOf(topic)) {
        if (!isOwedAll && this.#isBeforeFirst(event)) continue;
        if (isOwedToLast && this.#isAfterLast(event)) continue;
        owed++;
        if (this.#seen.has(event)) continue;
        if (this.#isTold(event)) told++;
        else
          this.#find(this.#facts.isAcknowledged(event) ? 'lost' : 'not for all', this.#facts.nameOf(event));
      }
    }
    return { owed, told };
  }

  #isTold(event: number): boolean {
    const { epoch, position } = this.#facts.idOf(event);
    return this.#missing.some((gap) => gap.epoch === epoch && position > gap.after && position <= gap.to);
  }

  /** Whether it stands before the first that came. Without positions only a topic's own order is known. */
  #isBeforeFirst(event: number): boolean {
    const { epoch, position } = this.#facts.idOf(event);
    const first = this.#facts.idOf(this.#firstEvent);
    if (epoch === NO_EPOCH || first.epoch === NO_EPOCH) {
      const { topic, seq } = this.#facts.partsOf(event);
      return seq < (this.#firstSeq.get(topic) ?? Number.POSITIVE_INFINITY);
    }
    if (epoch === first.epoch) return position < first.position;
    return this.#facts.rankOf(epoch) < this.#facts.rankOf(first.epoch);
  }

  #isAfterLast(event: number): boolean {
    const { epoch, position } = this.#facts.idOf(event);
    if (epoch === NO_EPOCH || this.#epoch === NO_EPOCH) {
      const { topic, seq } = this.#facts.partsOf(event);
      return seq > (this.#lastSeq.get(topic) ?? 0);
    }
    if (epoch === this.#epoch) return position > this.#position;
    return this.#facts.rankOf(epoch) > this.#facts.rankOf(this.#epoch);
  }

  #find(kind: ViolationKind, example: string): void {
    const found = this.#found.get(kind);
    if (found === undefined) this.#found.set(kind, { count: 1, example });
    else found.count++;
  }
}
