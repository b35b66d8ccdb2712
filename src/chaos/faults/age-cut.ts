// Ends a connection at a fixed age, data or not, as total timeouts of gateways do.

import { milliseconds, value } from '../../base/options.ts';
import { faultKind } from '../fault.ts';
import { type Cut, type Flow, Shaper } from '../shaper.ts';

class AgeCut extends Shaper {
  readonly #ageMs: number;
  readonly #cut: Cut;

  constructor(ageMs: number, cut: Cut) {
    super();
    this.#ageMs = ageMs;
    this.#cut = cut;
  }

  override cut({ openedMs }: Flow, nowMs: number): Cut | undefined {
    return nowMs >= openedMs + this.#ageMs ? this.#cut : undefined;
  }

  override cutAtMs({ openedMs }: Flow): number {
    return openedMs + this.#ageMs;
  }
}

export const ageCut = faultKind({
  kind: 'age-cut',
  summary: 'a connection is ended at a fixed age, as total timeouts do',
  losesBytes: true,
  direction: 'both',
  options: {
    ageMs: milliseconds(60_000),
    /** How much more, at the most: drawn for each connection. */
    jitterMs: milliseconds(0, 0),
    how: value<Cut>('fin', 'fin or reset', (given) => given === 'fin' || given === 'reset'),
  },
  shape: ({ ageMs, jitterMs, how }, random) => new AgeCut(ageMs + jitterMs * random(), how),
});
