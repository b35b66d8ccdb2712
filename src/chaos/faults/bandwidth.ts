// A thin line: so many bytes a second, for each connection. What does not fit is held, and beyond the bound of the proxy
// the sender is no longer read.

import { integer } from '../../base/options.ts';
import { faultKind } from '../fault.ts';
import { Shaper, type Waiting } from '../shaper.ts';
import { Pace } from './pace.ts';

export class Bandwidth extends Shaper {
  readonly #pace: Pace;

  constructor(bytesPerSecond: number, nowMs: number) {
    super();
    this.#pace = new Pace(bytesPerSecond, nowMs);
  }

  override allows({ bytes }: Waiting, nowMs: number): number {
    return Math.min(bytes, this.#pace.allowance(nowMs));
  }

  override left(bytes: number): void {
    this.#pace.take(bytes);
  }

  override askAgainMs(nowMs: number): number {
    return this.#pace.fullAtMs(nowMs);
  }
}

export const bandwidth = faultKind({
  kind: 'bandwidth',
  summary: 'a connection carries so many bytes a second',
  losesBytes: false,
  direction: 'down',
  options: { bytesPerSecond: integer(65_536) },
  shape: ({ bytesPerSecond }, _random, nowMs) => new Bandwidth(bytesPerSecond, nowMs),
});
