// Counts packets that hold no TCP by what they are. A capture can hold any number of kinds, so beyond some they are `other`.

import type { OtherKind } from './packet/dissector.ts';

const MAX_KINDS = 64;

export class OtherPackets {
  readonly #counts = new Map<OtherKind, number>();

  count(kind: OtherKind): void {
    const known = this.#counts.get(kind);
    if (known !== undefined) this.#counts.set(kind, known + 1);
    else if (this.#counts.size < MAX_KINDS) this.#counts.set(kind, 1);
    else this.#counts.set('other', (this.#counts.get('other') ?? 0) + 1);
  }

  toEvidence(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
