// Drops a connection on which nothing has moved for a time, as load balancers, NATs and proxies do:
//
//   silent     nothing is said, and what comes later is dropped: a firewall
//   forgotten  nothing is said, and whoever sends next gets RST: most NATs and network load balancers
//   reset      both sides get RST when the time is over
//   fin        both sides get FIN: a proxy of HTTP

import { milliseconds, value } from '../../base/options.ts';
import { faultKind } from '../fault.ts';
import { type Cut, type Flow, Shaper } from '../shaper.ts';

const cuts: Readonly<Record<string, Cut>> = {
  silent: 'dark',
  forgotten: 'forgotten',
  reset: 'reset',
  fin: 'fin',
};

class IdleCut extends Shaper {
  readonly #idleMs: number;
  readonly #cut: Cut;

  constructor(idleMs: number, cut: Cut) {
    super();
    this.#idleMs = idleMs;
    this.#cut = cut;
  }

  override cut({ movedMs }: Flow, nowMs: number): Cut | undefined {
    return nowMs >= movedMs + this.#idleMs ? this.#cut : undefined;
  }

  override cutAtMs({ movedMs }: Flow): number {
    return movedMs + this.#idleMs;
  }
}

export const idleCut = faultKind({
  kind: 'idle-cut',
  summary: 'a connection on which nothing moved for a time is dropped, as load balancers do',
  losesBytes: true,
  direction: 'both',
  options: {
    idleMs: milliseconds(60_000),
    how: value('forgotten', 'silent, forgotten, reset or fin', (given) =>
      Object.hasOwn(cuts, given as string),
    ),
  },
  shape: ({ idleMs, how }) => new IdleCut(idleMs, cuts[how]!),
});
