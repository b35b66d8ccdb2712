// When a fault that cuts is due: after a time or a number of bytes, whichever comes first, and at once when neither is
// given. Both are counted from when the fault was put on the connection.

import { integer, MAX_TIMER_MS, type OptionRule } from '../../base/options.ts';

export const afterOptions = {
  afterMs: optional(integer(0, 1, MAX_TIMER_MS)),
  afterBytes: optional(integer(0, 1)),
};

export interface AfterOptions {
  readonly afterMs: number | undefined;
  readonly afterBytes: number | undefined;
}

export class After {
  readonly #atMs: number;
  #bytesToGo: number;

  constructor({ afterMs, afterBytes }: AfterOptions, nowMs: number) {
    const isAtOnce = afterMs === undefined && afterBytes === undefined;
    this.#atMs = isAtOnce ? nowMs : afterMs === undefined ? Number.POSITIVE_INFINITY : nowMs + afterMs;
    this.#bytesToGo = afterBytes ?? Number.POSITIVE_INFINITY;
  }

  get atMs(): number {
    return this.#atMs;
  }

  /** How many bytes may pass before it is due. */
  get bytesToGo(): number {
    return this.#bytesToGo;
  }

  left(bytes: number): void {
    this.#bytesToGo -= bytes;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#atMs || this.#bytesToGo <= 0;
  }
}

/** A rule whose default is that nothing is given. */
export function optional<T>(rule: OptionRule<T>): OptionRule<T | undefined> {
  return { ...rule, default: undefined };
}
