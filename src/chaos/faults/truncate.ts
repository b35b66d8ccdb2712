// FIN in the middle of an event: when it is due, half of what comes next is given on, and then comes the end. A reader
// that takes the rest for whole would show it.

import { faultKind } from '../fault.ts';
import { type Cut, Shaper, type Waiting } from '../shaper.ts';
import { After, type AfterOptions, afterOptions } from './after.ts';

const LF = 0x0a;

class Truncate extends Shaper {
  readonly #after: After;
  /** The half is on its way, or has left. */
  #isHalved = false;
  #isDone = false;

  constructor(options: AfterOptions, nowMs: number) {
    super();
    this.#after = new After(options, nowMs);
  }

  override allows({ bytes, first }: Waiting, nowMs: number): number {
    if (this.#isDone) return 0;
    if (!this.#after.isDue(nowMs)) return Math.min(bytes, this.#after.bytesToGo);
    this.#isHalved = true;
    return Math.max(1, innerIndex(first));
  }

  override left(bytes: number): void {
    this.#after.left(bytes);
    // Other faults may have let less pass; a part of a half is inside an event as well.
    if (this.#isHalved) this.#isDone = true;
  }

  override cut(): Cut | undefined {
    return this.#isDone ? 'fin' : undefined;
  }
}

/** About the middle, and not behind a line end: that might be the end of an event. */
function innerIndex(bytes: Uint8Array): number {
  let index = Math.ceil(bytes.length / 2);
  while (index > 1 && bytes[index - 1] === LF) index--;
  return index;
}

export const truncate = faultKind({
  kind: 'truncate',
  summary: 'FIN in the middle of an event, after a time or a number of bytes',
  losesBytes: true,
  direction: 'down',
  options: afterOptions,
  shape: (options, _random, nowMs) => new Truncate(options, nowMs),
});
