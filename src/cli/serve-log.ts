// The log of `holdfast serve`: on disk unless told otherwise, with bounds that fit where it is kept.

import type { Logger } from '../base/logger.ts';
import { hubOptions } from '../http/hub-options.ts';
import type { EventLog } from '../log/event-log.ts';

/** `auto` stands for these on disk; in memory, for those of the library. */
const diskBounds = {
  maxLogEvents: 10_000_000,
  maxLogBytes: 1024 * 1024 * 1024,
  maxLogAgeMs: 24 * 3_600_000,
};

type Bounds = Record<keyof typeof diskBounds, number>;

export interface ServeLogOptions extends Record<keyof Bounds, number | 'auto'> {
  readonly log: string;
  readonly logFolder: string;
}

/**
 * The options of `createHub` for the log that was asked for, which is open then.
 *
 * @throws HoldfastError ERR_LOG_IN_USE, ERR_LOG_FORMAT, ERR_LOG_DAMAGED, ERR_FILE.
 */
export async function openServeLog(
  options: ServeLogOptions,
  logger: Logger,
): Promise<Partial<Bounds> & { readonly log?: EventLog }> {
  if (options.log === 'memory') return boundsOf(options, memoryBounds());
  const bounds = boundsOf(options, diskBounds);
  // Only here: a hub in memory does without the native module.
  const { openLmdbLog } = await import('../log/lmdb/open-log.ts');
  const log = await openLmdbLog(options.logFolder, {
    maxEvents: bounds.maxLogEvents,
    maxBytes: bounds.maxLogBytes,
    maxAgeMs: bounds.maxLogAgeMs,
    maxKeys: hubOptions.maxKeys.default,
    maxKeyAgeMs: hubOptions.maxKeyAgeMs.default,
    maxEndedTopics: hubOptions.maxEndedTopics.default,
    logger,
  });
  // The hub's own bounds are then those of what it keeps in memory of the log: the library's.
  return { log };
}

function memoryBounds(): Bounds {
  const { maxLogEvents, maxLogBytes, maxLogAgeMs } = hubOptions;
  return {
    maxLogEvents: maxLogEvents.default,
    maxLogBytes: maxLogBytes.default,
    maxLogAgeMs: maxLogAgeMs.default,
  };
}

function boundsOf(given: ServeLogOptions, auto: Bounds): Bounds {
  const bound = (name: keyof Bounds) => (given[name] === 'auto' ? auto[name] : given[name]);
  return {
    maxLogEvents: bound('maxLogEvents'),
    maxLogBytes: bound('maxLogBytes'),
    maxLogAgeMs: bound('maxLogAgeMs'),
  };
}
