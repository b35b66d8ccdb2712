// What becomes of an event that arrives: what is known of it is worked out once, then it is kept, and kept again where
// the filter lets it through, so that rare events stay while common ones go by.

import { type EventFilter, parseFilter } from './event-filter.ts';
import { type ArrivedEvent, EventRing, MAX_KEPT_CHARS } from './event-ring.ts';
import { sentTimeOf } from './sent-time.ts';
import { parseData } from './value-text.ts';
import { topicOfEvent, type View } from './view.ts';

/** Reading members of more would cost more than all else. */
const MAX_PARSED_CHARS = 16_384;
/** An event older than this when it comes is history, and no latency. */
const MAX_LATENCY_MS = 60_000;

export class Intake {
  readonly kept = new EventRing();
  readonly matching = new EventRing();
  /** All that have arrived, also those that are no longer kept. */
  total = 0;
  /**
   * Events up to this number were sent again after a reconnect: the time that they took is that of the outage, which is
   * no latency.
   */
  replayedTo = 0;
  #passes: EventFilter | undefined;

  get isFiltered(): boolean {
    return this.#passes !== undefined;
  }

  /** @param nowMs as `Date.now()` */
  add(type: string, data: string, id: string, view: View, nowMs: number): ArrivedEvent {
    const value = data.length <= MAX_PARSED_CHARS ? parseData(data) : undefined;
    const sentAtMs = sentTimeOf(value, view.timeMember);
    const event: ArrivedEvent = {
      id,
      type,
      topic: topicOfEvent(view.topics, value),
      data: data.length > MAX_KEPT_CHARS ? data.slice(0, MAX_KEPT_CHARS) : data,
      dataChars: data.length,
      arrivedAtMs: nowMs,
      latencyMs: sentAtMs === undefined ? undefined : this.#latencyOf(id, nowMs - sentAtMs),
    };
    this.total++;
    this.kept.add(event);
    if (this.#passes?.(event) ?? true) this.matching.add(event);
    return event;
  }

  /** From now on, and for what is kept. */
  setFilter(text: string): void {
    this.#passes = parseFilter(text);
    this.matching.clear();
    for (let place = this.kept.size - 1; place >= 0; place--) {
      const event = this.kept.at(place)!;
      if (this.#passes?.(event) ?? true) this.matching.add(event);
    }
  }

  clear(): void {
    this.kept.clear();
    this.matching.clear();
    this.total = 0;
  }

  #latencyOf(id: string, ms: number): number | undefined {
    const isReplayed = Number(id.slice(id.indexOf('-') + 1)) <= this.replayedTo;
    return isReplayed || ms > MAX_LATENCY_MS ? undefined : ms;
  }
}
