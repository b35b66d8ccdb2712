// How many streams this process can hold before it runs out of open files. When it does, accept fails without
// a word and clients hang, so a hub stops taking streams well before.

import { readFileSync } from 'node:fs';
import { hubOptions } from '../http/hub-options.ts';

/** Files that are left for everything else: the listener, the log, requests that are no streams. */
const RESERVED_FILES = 1000;

/** Where the limit cannot be read (it is a file only on Linux): the default of the library. */
const STREAMS_WITHOUT_LIMIT = hubOptions.maxStreams.default;

/** Beyond this a larger limit changes nothing: one process runs out of memory first. */
const MOST_STREAMS = 1_000_000;

/** The streams that the open-file limit of this process leaves room for. */
export function streamCapacity(limitsFile = '/proc/self/limits'): number {
  let limits: string;
  try {
    limits = readFileSync(limitsFile, 'utf8');
  } catch {
    // No such file elsewhere than on Linux: unknown is an answer here.
    return STREAMS_WITHOUT_LIMIT;
  }
  return capacityFromLimits(limits);
}

/** Reads the soft limit out of the text of /proc/PID/limits. */
export function capacityFromLimits(limits: string): number {
  const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  if (soft === undefined) return STREAMS_WITHOUT_LIMIT;
  if (soft === 'unlimited') return MOST_STREAMS;
  const files = Number(soft);
  // With a limit as low as 1,024 the reserve would leave next to nothing: half is kept instead.
  const streams = Math.max(files - RESERVED_FILES, Math.floor(files / 2));
  return Math.min(Math.max(streams, 1), MOST_STREAMS);
}
