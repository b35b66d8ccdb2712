// What a publisher was told of each of its events: taken and under which id, refused, or nothing at all.

import { NO_EPOCH, readPosition } from './seen.ts';

/** By event number from 1; entry 0 is of none. */
export interface PublishedHistory {
  /** Events are numbered over all topics, which take turns. */
  readonly topics: number;
  /** How many were due. */
  readonly count: number;
  readonly outcome: Uint8Array;
  /** Index into `epochs`; NO_EPOCH where no id was told. */
  readonly epoch: Uint16Array;
  readonly position: Float64Array;
  readonly epochs: readonly string[];
}

/** Never sent, or refused by what cannot have taken it: nobody may see it. */
export const REFUSED = 1;
/** Sent, and not told what became of it: it is there for everybody, or for nobody. */
const UNKNOWN = 2;
export const ACKNOWLEDGED = 3;

const FIRST_EVENTS = 1024;

export class PublishRecorder {
  readonly #topics: number;
  readonly #epochs: string[] = [];
  #count = 0;
  #outcome = new Uint8Array(FIRST_EVENTS);
  #epoch = new Uint16Array(FIRST_EVENTS).fill(NO_EPOCH);
  #position = new Float64Array(FIRST_EVENTS);

  constructor(topics: number) {
    this.#topics = topics;
  }

  /** @param answer - its body; ids are read where it has them. */
  acknowledged(events: readonly number[], answer: string): void {
    const ids = idsOf(answer);
    for (const [i, event] of events.entries()) {
      this.#set(event, ACKNOWLEDGED);
      const position = ids === undefined ? undefined : readPosition(ids[i] ?? '');
      if (position === undefined) continue;
      let epoch = this.#epochs.indexOf(position.epoch);
      if (epoch === -1) epoch = this.#epochs.push(position.epoch) - 1;
      this.#epoch[event] = epoch;
      this.#position[event] = position.seq;
    }
  }

  refused(events: readonly number[]): void {
    for (const event of events) this.#set(event, REFUSED);
  }

  unknown(events: readonly number[]): void {
    for (const event of events) this.#set(event, UNKNOWN);
  }

  history(): PublishedHistory {
    const end = this.#count + 1;
    return {
      topics: this.#topics,
      count: this.#count,
      outcome: this.#outcome.slice(0, end),
      epoch: this.#epoch.slice(0, end),
      position: this.#position.slice(0, end),
      epochs: this.#epochs,
    };
  }

  #set(event: number, outcome: number): void {
    while (event >= this.#outcome.length) this.#grow();
    this.#outcome[event] = outcome;
    this.#count = Math.max(this.#count, event);
  }

  #grow(): void {
    const length = this.#outcome.length * 2;
    const [outcome, epoch, position] = [this.#outcome, this.#epoch, this.#position];
    this.#outcome = new Uint8Array(length);
    this.#outcome.set(outcome);
    this.#epoch = new Uint16Array(length).fill(NO_EPOCH);
    this.#epoch.set(epoch);
    this.#position = new Float64Array(length);
    this.#position.set(position);
  }
}

/** The ids of `{"ids": [...]}`; undefined for an answer of another form. */
function idsOf(answer: string): readonly string[] | undefined {
  try {
    const { ids } = JSON.parse(answer) as { ids?: unknown };
    return Array.isArray(ids) && ids.every((id) => typeof id === 'string') ? ids : undefined;
  } catch {
    // Of a server that is not ours.
    return undefined;
  }
}

/** Of a hub of ours: no answer of the log in time. It says itself that the event may have been taken all the same. */
const UNSURE = /"code"\s*:\s*"ERR_LOG_STUCK"/;

/** Whether an answer says that the event was not taken; of others nobody knows. */
export function isRefusal(status: number, answer: string): boolean {
  if (status === 503) return !UNSURE.test(answer);
  return (status >= 400 && status < 500 && status !== 408) || status === 507;
}
