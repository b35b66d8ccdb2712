// How many streams a process can hold before it runs out of open files. When it does, accept fails without a word and
// clients hang, so a hub stops taking streams well before.

import { readFileSync } from 'node:fs';
import { hubOptions } from '../http/hub-options.ts';

/** Files that are left for everything else: the listener, the log, requests that are no streams. */
const RESERVED_FILES = 1000;

/** Of them, those that no connection gets: the log, the pipes, what Node.js has open. */
const FILES_OF_ITS_OWN = 200;

/** Where the limit cannot be read (it is a file only on Linux): the default of the library. */
const STREAMS_WITHOUT_LIMIT = hubOptions.maxStreams.default;

/** Beyond this a larger limit changes nothing: one process runs out of memory first. */
const MOST_STREAMS = 1_000_000;

/** What one process has room for. */
export interface ProcessCapacity {
  /** The limit of open files; undefined where it is unknown or there is none. */
  readonly files: number | undefined;
  readonly maxStreams: number;
  /** Connections of any kind, streams among them. */
  readonly maxConnections: number;
}

/** What the open-file limit of this process, which its children inherit, leaves room for. */
export function processCapacity(limitsFile = '/proc/self/limits'): ProcessCapacity {
  let limits: string;
  try {
    limits = readFileSync(limitsFile, 'utf8');
  } catch {
    // No such file elsewhere than on Linux: unknown is an answer here.
    return withoutLimit(STREAMS_WITHOUT_LIMIT);
  }
  return capacityFromLimits(limits);
}

/** Reads the soft limit out of the text of /proc/PID/limits. */
export function capacityFromLimits(limits: string): ProcessCapacity {
  const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  if (soft === undefined) return withoutLimit(STREAMS_WITHOUT_LIMIT);
  if (soft === 'unlimited') return withoutLimit(MOST_STREAMS);
  const files = Number(soft);
  // With a limit as low as 1,024 the reserve would leave next to nothing: half is kept instead.
  const streams = Math.max(files - RESERVED_FILES, Math.floor(files / 2));
  const maxStreams = Math.min(Math.max(streams, 1), MOST_STREAMS);
  const own = Math.min(FILES_OF_ITS_OWN, Math.floor(files / 4));
  return { files, maxStreams, maxConnections: Math.max(files - own, maxStreams) };
}

function withoutLimit(maxStreams: number): ProcessCapacity {
  return { files: undefined, maxStreams, maxConnections: maxStreams + RESERVED_FILES };
}

/** How many processes a hub has, and how many streams in all. */
export interface HubSize {
  readonly workers: number;
  readonly maxStreams: number;
}

/**
 * Chooses what is left to choose: as many workers as cores, and at least one more than the streams need, so that the
 * others have room for those of one that dies.
 */
export function chooseHubSize(
  given: { readonly workers: number | 'auto'; readonly maxStreams: number | 'auto' },
  maxOfOne: number,
  cores: number,
): HubSize {
  if (given.workers === 'auto') {
    const needed = given.maxStreams === 'auto' ? 1 : Math.ceil(given.maxStreams / maxOfOne);
    return chooseHubSize({ ...given, workers: Math.max(cores, needed + 1) }, maxOfOne, cores);
  }
  const { workers } = given;
  if (given.maxStreams !== 'auto') return { workers, maxStreams: given.maxStreams };
  return { workers, maxStreams: Math.max(workers - 1, 1) * maxOfOne };
}
