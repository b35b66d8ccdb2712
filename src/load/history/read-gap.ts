// Reads the gap that a hub says in a stream.

import type { SaidGap } from './seen.ts';

/** Undefined for any other control event, and for what is none. */
export function readGap(data: string): SaidGap | undefined {
  try {
    const { kind, reason, from, to } = JSON.parse(data) as Record<string, unknown>;
    const isGap = kind === 'gap' && typeof from === 'string' && typeof to === 'string';
    return isGap ? { reason: String(reason), from, to } : undefined;
  } catch {
    // It comes from a server that is not ours, perhaps.
    return undefined;
  }
}
