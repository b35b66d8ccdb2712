// What became of the events of a publisher, by count and by topic. Events are numbered from 1 over all topics, which
// take turns; a topic's own numbers, the ones in the stamps, follow from that.

import type { PublishCounts } from './messages.ts';

/** Reasons that are told apart: statuses, system errors. More of them are one. */
const MAX_REASONS = 64;
const OTHER_REASONS = 'other reasons';

type Tallied = Pick<
  PublishCounts,
  'publishedByTopic' | 'published' | 'errors' | 'unknown' | 'errorsByReason' | 'waived'
>;

export class PublishTally {
  readonly #topics: number;
  readonly #highest: number[];
  readonly #reasons = new Map<string, number>();
  /** By topic: first, last, first, last ... since the last `take`. */
  readonly #waived = new Map<number, number[]>();
  #published = 0;
  #errors = 0;
  #unknown = 0;

  constructor(topics: number) {
    this.#topics = topics;
    this.#highest = new Array(topics).fill(0);
  }

  topicOf(event: number): number {
    return (event - 1) % this.#topics;
  }

  seqOf(event: number): number {
    return Math.floor((event - 1) / this.#topics) + 1;
  }

  /** The server has taken them. */
  acknowledge(events: readonly number[]): void {
    this.#published += events.length;
    for (const event of events) {
      const topic = this.topicOf(event);
      this.#highest[topic] = Math.max(this.#highest[topic]!, this.seqOf(event));
    }
  }

  /** The server has not taken them: nobody is owed them. */
  refuse(events: readonly number[], why: string): void {
    this.#fail(events, why);
    for (const event of events) this.#waive(this.topicOf(event), this.seqOf(event));
  }

  /** The server may have taken them. */
  lose(events: readonly number[], why: string): void {
    this.#fail(events, why);
    this.#unknown += events.length;
  }

  /** All so far, and what was waived since the last call. */
  take(): Tallied {
    const waived = [...this.#waived].flatMap(([topic, bounds]) =>
      bounds.flatMap((bound, i) => (i % 2 === 0 ? [topic, bound, bounds[i + 1]!] : [])),
    );
    this.#waived.clear();
    return {
      publishedByTopic: this.#highest,
      published: this.#published,
      errors: this.#errors,
      unknown: this.#unknown,
      errorsByReason: Object.fromEntries(this.#reasons),
      waived,
    };
  }

  #fail(events: readonly number[], why: string): void {
    this.#errors += events.length;
    const isKept = this.#reasons.has(why) || this.#reasons.size < MAX_REASONS;
    const reason = isKept ? why : OTHER_REASONS;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + events.length);
  }

  #waive(topic: number, seq: number): void {
    const bounds = this.#waived.get(topic);
    if (bounds === undefined) this.#waived.set(topic, [seq, seq]);
    else if (bounds.at(-1) === seq - 1) bounds[bounds.length - 1] = seq;
    else bounds.push(seq, seq);
  }
}
