// Numbers by address: the largest are listed, since a capture can hold any number of addresses.

import type { AddressCount } from '../../evidence.ts';

const MAX_LISTED = 256;

export class AddressCounts {
  readonly #counts = new Map<string, number>();

  /** Keeps what `combine` makes of the number so far (0 at first) and this one. */
  add(address: string, count: number, combine: (known: number, count: number) => number): void {
    if (count > 0) this.#counts.set(address, combine(this.#counts.get(address) ?? 0, count));
  }

  toEvidence(): AddressCount[] {
    return [...this.#counts]
      .map(([address, count]) => ({ address, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, MAX_LISTED);
  }
}
