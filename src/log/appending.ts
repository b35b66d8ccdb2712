// What the engines have in common where they take appends: what drafts cost while they wait, and how a closed log says so.

import { HoldfastError } from '../base/errors.ts';
import type { Draft } from './event-log.ts';

/** What an event costs while it waits, beside its data. */
const DRAFT_BYTES = 200;

/** What the end of a topic costs while it waits. */
export const END_BYTES = DRAFT_BYTES;

/** What drafts cost while they wait for the disk, or for another process. */
export function bytesOfDrafts(drafts: readonly Draft[]): number {
  return drafts.reduce((sum, draft) => sum + draft.data.length + DRAFT_BYTES, 0);
}

/** The failure of an append to a log that has been closed. */
export function logClosed(): HoldfastError {
  return new HoldfastError(
    'ERR_HUB_CLOSED',
    'The hub has closed its log',
    'Publish to a hub that is running.',
  );
}
