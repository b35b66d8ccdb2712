// The newest events, bounded in number and in characters: what is beyond is forgotten, oldest first.

/** One event as it arrived. */
export interface ArrivedEvent {
  readonly id: string;
  readonly type: string;
  /** Empty when it is not known. */
  readonly topic: string;
  /** Cut to `MAX_KEPT_CHARS`. */
  readonly data: string;
  readonly dataChars: number;
  /** On the clock of this browser, as `Date.now()`. */
  readonly arrivedAtMs: number;
  /** From the time in its data to its arrival; undefined where the data has none, or the event is history. */
  readonly latencyMs: number | undefined;
}

export const MAX_EVENTS = 5000;
export const MAX_KEPT_CHARS = 20_000;
const MAX_CHARS = 4 * 1024 * 1024;

/** Events by their place from the newest, 0. */
export interface EventSequence {
  readonly size: number;
  at(place: number): ArrivedEvent | undefined;
}

export class EventRing implements EventSequence {
  readonly #events: (ArrivedEvent | undefined)[];
  readonly #maxChars: number;
  #chars = 0;
  /** Where the next one goes. */
  #next = 0;
  size = 0;

  constructor(maxEvents = MAX_EVENTS, maxChars = MAX_CHARS) {
    this.#events = new Array(maxEvents);
    this.#maxChars = maxChars;
  }

  add(event: ArrivedEvent): void {
    if (this.size === this.#events.length) this.#dropOldest();
    this.#events[this.#next] = event;
    this.#next = (this.#next + 1) % this.#events.length;
    this.size++;
    this.#chars += event.data.length;
    // The newest stays, whatever its length.
    while (this.#chars > this.#maxChars && this.size > 1) this.#dropOldest();
  }

  at(place: number): ArrivedEvent | undefined {
    return place < this.size ? this.#events[this.#slot(place)] : undefined;
  }

  /** The same events, which stay while this ring goes on. */
  snapshot(): EventSequence {
    const events = Array.from({ length: this.size }, (_, place) => this.at(place)!);
    return { size: events.length, at: (place) => events[place] };
  }

  clear(): void {
    this.#events.fill(undefined);
    this.#chars = 0;
    this.#next = 0;
    this.size = 0;
  }

  #slot(place: number): number {
    return (this.#next - 1 - place + 2 * this.#events.length) % this.#events.length;
  }

  #dropOldest(): void {
    const slot = this.#slot(this.size - 1);
    this.#chars -= this.#events[slot]!.data.length;
    this.#events[slot] = undefined;
    this.size--;
  }
}
