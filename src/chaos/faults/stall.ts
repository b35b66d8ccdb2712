// Nothing moves, and nothing is lost: all is held until the time is over or the fault is taken away. The sender is soon
// pushed back.

import { integer, MAX_TIMER_MS } from '../../base/options.ts';
import { faultKind } from '../fault.ts';
import { Shaper, type Waiting } from '../shaper.ts';
import { optional } from './after.ts';

class Stall extends Shaper {
  readonly #untilMs: number;

  constructor(untilMs: number) {
    super();
    this.#untilMs = untilMs;
  }

  override allows({ bytes }: Waiting, nowMs: number): number {
    return nowMs < this.#untilMs ? 0 : bytes;
  }

  override askAgainMs(nowMs: number): number {
    return nowMs < this.#untilMs ? this.#untilMs : Number.POSITIVE_INFINITY;
  }
}

export const stall = faultKind({
  kind: 'stall',
  summary: 'nothing moves for a time, or until the fault is taken away; nothing is lost',
  losesBytes: false,
  direction: 'both',
  options: { forMs: optional(integer(0, 1, MAX_TIMER_MS)) },
  shape: ({ forMs }, _random, nowMs) => new Stall(nowMs + (forMs ?? Number.POSITIVE_INFINITY)),
});
