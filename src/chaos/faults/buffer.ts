// Holds bytes back until a lump is full, as a buffering proxy does: events come late, and several at once. The end of
// the sender lets out what is left.

import { integer } from '../../base/options.ts';
import { faultKind } from '../fault.ts';
import { Shaper, type Waiting } from '../shaper.ts';

class Buffer extends Shaper {
  readonly #lumpBytes: number;
  /** Of the lump that is not full yet. */
  #begun = 0;
  /** Of full lumps, not left yet. */
  #full = 0;

  constructor(lumpBytes: number) {
    super();
    this.#lumpBytes = lumpBytes;
  }

  override arrived(bytes: number): number {
    const all = this.#begun + bytes;
    this.#begun = all % this.#lumpBytes;
    this.#full += all - this.#begun;
    return 0;
  }

  override allows({ bytes, isLast }: Waiting): number {
    return isLast ? bytes : Math.min(bytes, this.#full);
  }

  override left(bytes: number): void {
    this.#full = Math.max(0, this.#full - bytes);
  }

  override get minHeldBytes(): number {
    // A smaller bound would wait for a lump that can never be full.
    return this.#lumpBytes * 2;
  }
}

export const buffer = faultKind({
  kind: 'buffer',
  summary: 'bytes are held back until a lump is full, as buffering proxies do',
  losesBytes: false,
  direction: 'down',
  options: { lumpBytes: integer(4096, 1, 16_777_216) },
  shape: ({ lumpBytes }) => new Buffer(lumpBytes),
});
