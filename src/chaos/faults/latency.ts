// Bytes leave later: by a fixed time, give or take a jitter that may resemble the one before, as netem has it. What came
// in order leaves in order: TCP would not show an application anything else.

import { integer, milliseconds } from '../../base/options.ts';
import { faultKind } from '../fault.ts';
import { Shaper } from '../shaper.ts';

class Latency extends Shaper {
  readonly #latencyMs: number;
  readonly #jitterMs: number;
  readonly #correlation: number;
  readonly #random: () => number;
  #last: number;

  constructor(latencyMs: number, jitterMs: number, correlation: number, random: () => number) {
    super();
    this.#latencyMs = latencyMs;
    this.#jitterMs = jitterMs;
    this.#correlation = correlation / 100;
    this.#random = random;
    this.#last = random();
  }

  override arrived(): number {
    this.#last = this.#last * this.#correlation + this.#random() * (1 - this.#correlation);
    return Math.max(0, this.#latencyMs + this.#jitterMs * (this.#last * 2 - 1));
  }
}

export const latency = faultKind({
  kind: 'latency',
  summary: 'bytes arrive later, with jitter',
  losesBytes: false,
  direction: 'down',
  options: {
    latencyMs: milliseconds(100),
    jitterMs: milliseconds(0, 0),
    /** In percent: how far a delay resembles the one before. */
    correlation: integer(0, 0, 100),
  },
  shape: ({ latencyMs, jitterMs, correlation }, random) =>
    new Latency(latencyMs, jitterMs, correlation, random),
});
