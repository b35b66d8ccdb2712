// Bytes leave in small pieces, with a pause between: finds readers that take a chunk for an event.

import { integer, milliseconds } from '../../base/options.ts';
import { faultKind } from '../fault.ts';
import { Shaper, type Waiting } from '../shaper.ts';

class Slicer extends Shaper {
  readonly #sliceBytes: number;
  readonly #pauseMs: number;
  #nextMs = 0;

  constructor(sliceBytes: number, pauseMs: number) {
    super();
    this.#sliceBytes = sliceBytes;
    this.#pauseMs = pauseMs;
  }

  override allows({ bytes }: Waiting, nowMs: number): number {
    return nowMs < this.#nextMs ? 0 : Math.min(bytes, this.#sliceBytes);
  }

  override left(_bytes: number, nowMs: number): void {
    this.#nextMs = nowMs + this.#pauseMs;
  }

  override askAgainMs(nowMs: number): number {
    return Math.max(this.#nextMs, nowMs);
  }
}

export const slicer = faultKind({
  kind: 'slicer',
  summary: 'bytes arrive in small pieces with a pause between',
  losesBytes: false,
  direction: 'down',
  options: { sliceBytes: integer(16), pauseMs: milliseconds(1, 0) },
  shape: ({ sliceBytes, pauseMs }) => new Slicer(sliceBytes, pauseMs),
});
