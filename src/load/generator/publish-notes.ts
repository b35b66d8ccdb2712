// What a person is told of publishes that were not acknowledged. Pure.

import type { PublishCounts } from './messages.ts';

export function publishNotes({ errors, errorsByReason, unknown }: PublishCounts): string[] {
  if (errors === 0) return [];
  const reasons = Object.entries(errorsByReason).map(([reason, count]) => `${count} ${reason}`);
  const notes = [`${errors} events were not acknowledged: ${reasons.join('; ')}`];
  if (unknown > 0) {
    notes.push(`The server may have taken ${unknown} of them all the same, so the ledger is not exact`);
  }
  return notes;
}
