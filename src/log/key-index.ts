// Remembers idempotency keys for a while, so that a publisher may send again when it got no answer. Bounded by
// age and count; beyond the window a key is new again.

import { hash } from 'node:crypto';
import type { Draft } from './event-log.ts';

export interface KeyLimits {
  readonly maxKeys: number;
  readonly maxKeyAgeMs: number;
}

/** What is remembered of a key: the position of its event, a digest of its content, and since when. */
export interface KnownKey {
  readonly position: number;
  /** 32 bytes, as latin1. */
  readonly digest: string;
  readonly timeMs: number;
}

export type KeyLookup =
  | { readonly found: 'new' }
  | { readonly found: 'same' | 'other'; readonly position: number };

export class KeyIndex {
  readonly #limits: KeyLimits;
  // In order of appending, so the oldest are first.
  readonly #keys = new Map<string, KnownKey>();

  constructor(limits: KeyLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** Whether a key is new, or known with the same or another content at a position. */
  lookUp(key: string, draft: Draft, nowMs: number): KeyLookup {
    const known = this.#keys.get(key);
    if (known === undefined || known.timeMs <= nowMs - this.#limits.maxKeyAgeMs) return { found: 'new' };
    return { found: known.digest === contentDigest(draft) ? 'same' : 'other', position: known.position };
  }

  remember(key: string, draft: Draft, position: number, nowMs: number): void {
    this.restore(key, { position, digest: contentDigest(draft), timeMs: nowMs });
  }

  /** Remembers a key as it was known before, when an engine opens what it kept. */
  restore(key: string, known: KnownKey): void {
    this.#keys.delete(key);
    this.#keys.set(key, known);
    if (this.#keys.size > this.#limits.maxKeys) this.#keys.delete(this.#keys.keys().next().value!);
  }

  trim(nowMs: number): void {
    for (const [key, known] of this.#keys) {
      if (known.timeMs > nowMs - this.#limits.maxKeyAgeMs) return;
      this.#keys.delete(key);
    }
  }
}

// A digest instead of the content: a key then costs some 200 bytes beside its own, not what an event costs.
// As latin1, since that is 32 bytes of string, where a slice of a longer text would keep all of it.
export function contentDigest(draft: Draft): string {
  return hash('sha256', JSON.stringify([draft.topic, draft.type ?? '', draft.data]), 'latin1' as never);
}
