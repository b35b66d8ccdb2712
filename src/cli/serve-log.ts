// The log of `holdfast serve`: on disk unless told otherwise, with bounds that fit where it is kept.

import type { Logger } from '../base/logger.ts';
import { hubOptions } from '../http/hub-options.ts';
import type { EventLog } from '../log/event-log.ts';
import { MemoryLog } from '../log/memory-log.ts';
import type { SharableLog } from '../log/shared/log-host.ts';

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

/** A log for a hub in one process, with the bounds of what the hub keeps in memory. */
export async function openOwnLog(
  options: ServeLogOptions,
  logger: Logger,
): Promise<{ readonly log: EventLog; readonly bounds: Bounds }> {
  if (options.log !== 'memory') return { log: await openDiskLog(options, logger), bounds: memoryBounds() };
  const bounds = boundsOf(options, memoryBounds());
  return { log: new MemoryLog(limitsOf(bounds)), bounds };
}

/**
 * A log that several processes can share.
 *
 * @throws HoldfastError ERR_LOG_IN_USE, ERR_LOG_FORMAT, ERR_LOG_DAMAGED, ERR_FILE.
 */
export async function openSharableLog(
  options: ServeLogOptions,
  logger: Logger,
): Promise<{ readonly log: SharableLog; readonly bounds: Bounds }> {
  if (options.log !== 'memory') return { log: await openDiskLog(options, logger), bounds: memoryBounds() };
  const bounds = boundsOf(options, memoryBounds());
  const { openTemporaryLog } = await import('../log/lmdb/temporary-log.ts');
  return { log: await openTemporaryLog({ ...limitsOf(bounds), logger }), bounds };
}

async function openDiskLog(options: ServeLogOptions, logger: Logger): Promise<SharableLog> {
  // Only here: a hub in memory does without the native module.
  const { openLmdbLog } = await import('../log/lmdb/open-log.ts');
  return openLmdbLog(options.logFolder, { ...limitsOf(boundsOf(options, diskBounds)), logger });
}

function limitsOf({ maxLogEvents, maxLogBytes, maxLogAgeMs }: Bounds) {
  return {
    maxEvents: maxLogEvents,
    maxBytes: maxLogBytes,
    maxAgeMs: maxLogAgeMs,
    maxKeys: hubOptions.maxKeys.default,
    maxKeyAgeMs: hubOptions.maxKeyAgeMs.default,
    maxEndedTopics: hubOptions.maxEndedTopics.default,
  };
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
