// RST, after a time or a number of bytes. The side that the direction points to gets it; the other gets FIN.

import { faultKind } from '../fault.ts';
import { type Cut, type Flow, Shaper, type Waiting } from '../shaper.ts';
import { After, type AfterOptions, afterOptions } from './after.ts';

class Reset extends Shaper {
  readonly #after: After;

  constructor(options: AfterOptions, nowMs: number) {
    super();
    this.#after = new After(options, nowMs);
  }

  override allows({ bytes }: Waiting): number {
    return Math.min(bytes, Math.max(0, this.#after.bytesToGo));
  }

  override left(bytes: number): void {
    this.#after.left(bytes);
  }

  override cut(_flow: Flow, nowMs: number): Cut | undefined {
    return this.#after.isDue(nowMs) ? 'reset' : undefined;
  }

  override cutAtMs(): number {
    return this.#after.atMs;
  }
}

export const reset = faultKind({
  kind: 'reset',
  summary: 'RST after a time or a number of bytes',
  losesBytes: true,
  direction: 'both',
  options: afterOptions,
  shape: (options, _random, nowMs) => new Reset(options, nowMs),
});
