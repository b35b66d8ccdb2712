// Opens the log of a folder: takes the folder, restores what an earlier process has kept, and makes the file small
// again where it has grown beyond twice its bound.

import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import { steadyNowMs } from '../../base/steady-clock.ts';
import { newEpoch } from '../event-id.ts';
import { Sequencer, type SequencerLimits } from '../sequencer.ts';
import { Block } from './block.ts';
import { folderFailure, prepareFolder, syncFolder } from './folder.ts';
import { lockFolder } from './folder-lock.ts';
import { Indexer, indexedToWrite } from './indexer.ts';
import { KeptKeys } from './kept-keys.ts';
import { decodeKeys } from './key-record.ts';
import { LmdbLog, type LmdbLogOptions } from './lmdb-log.ts';
import { Retention, START_PACE } from './retention.ts';
import { unseal } from './seal.ts';
import { put, Store, sealedText } from './store.ts';
import { STORE_FILE } from './store-reader.ts';

export type OpenLogOptions = Omit<LmdbLogOptions, 'commitTimeoutMs' | 'logger' | 'isDurable'> &
  Partial<LmdbLogOptions>;

/** Longer than a healthy disk ever takes, shorter than publishers wait. */
const COMMIT_TIMEOUT_MS = 5000;

/**
 * Opens the log in a folder, which is made if need be. `now` gives milliseconds since 1970.
 *
 * @throws HoldfastError ERR_LOG_IN_USE, ERR_LOG_FORMAT, ERR_LOG_DAMAGED, ERR_FILE.
 */
export async function openLmdbLog(
  folder: string,
  given: OpenLogOptions,
  now: () => number = steadyNowMs,
): Promise<LmdbLog> {
  const options = { commitTimeoutMs: COMMIT_TIMEOUT_MS, logger: silentLogger, isDurable: true, ...given };
  prepareFolder(folder);
  const lock = await lockFolder(folder);
  try {
    const store = await openStore(folder, options, now());
    const epoch = await epochOf(store);
    const head = headOf(store);
    const sequencer = new Sequencer(epoch, options);
    const keptKeys = restore(store, sequencer, head, options, options.maxBytes);
    const indexer = await restoreIndexer(store, head, options);
    const release = () => lock.release();
    return new LmdbLog({ folder, store, sequencer, keptKeys, indexer, head, now, release }, options);
  } catch (error) {
    await lock.release();
    throw error instanceof HoldfastError ? error : folderFailure(folder, error);
  }
}

/** The newest position in a store; 0 while it is empty. */
function headOf(store: Store): number {
  const first = store.lastKey('blocks');
  return first === undefined ? 0 : new Block(first, store.get('blocks', first)!).last;
}

async function openStore(folder: string, options: LmdbLogOptions, nowMs: number): Promise<Store> {
  const store = new Store(folder, options.maxBytes, options);
  const smaller = join(folder, `${STORE_FILE}.smaller`);
  rmSync(smaller, { force: true });
  if (store.fileBytes <= 2 * options.maxBytes) return store;
  try {
    await removeSurplus(store, options, nowMs);
    await store.copyTo(smaller);
  } catch (error) {
    // It only saves room: a disk that is full is no reason not to serve what is on it.
    options.logger.warn({ err: error }, 'The file of the log could not be made smaller');
    rmSync(smaller, { force: true });
    return store;
  }
  await store.close();
  renameSync(smaller, store.path);
  syncFolder(folder);
  return new Store(folder, options.maxBytes, options);
}

async function removeSurplus(store: Store, options: LmdbLogOptions, nowMs: number): Promise<void> {
  const head = headOf(store);
  const isBusy = () => false;
  const onDamaged = (error: unknown) =>
    options.logger.error({ err: error }, 'A damaged block is left out by retention');
  const retention = new Retention(store, options, head, onDamaged, START_PACE);
  do {
    retention.drop(nowMs, head);
    const { writes, onDone } = retention.nextStep(head, isBusy);
    await store.commit(writes);
    onDone();
    retention.measure();
    retention.drop(nowMs, head);
  } while (retention.hasSurplus(head, isBusy));
}

async function epochOf(store: Store): Promise<string> {
  const known = store.epoch;
  if (known !== undefined) return known;
  const epoch = newEpoch();
  await store.commit([put('meta', 'epoch', sealedText(epoch))]);
  return epoch;
}

async function restoreIndexer(store: Store, head: number, options: LmdbLogOptions): Promise<Indexer> {
  const known = store.indexedTo;
  // A log without it has all in its index: a new one, one with a new epoch, one of an earlier version.
  if (known === undefined) await store.commit([indexedToWrite(head)]);
  const indexer = new Indexer(known ?? head, options.maxBytes);
  try {
    for (const { key, value } of store.entries('blocks', (known ?? head) + 1)) {
      const { last, topics } = new Block(key, value);
      indexer.add({ first: key, last, topics, bytes: value.byteLength });
    }
  } catch (error) {
    options.logger.error(
      { err: error },
      'The index ends before a damaged block; what is behind it is read slowly',
    );
    indexer.stop();
  }
  return indexer;
}

function restore(
  store: Store,
  sequencer: Sequencer,
  head: number,
  limits: SequencerLimits,
  maxLogBytes: number,
): KeptKeys {
  const kept = new KeptKeys(limits, maxLogBytes);
  const keys = function* () {
    for (const { key: position, value } of store.entries('keys', 0)) {
      const known = decodeKeys(position, value);
      const timeMs = known[0]?.[1].timeMs ?? 0;
      kept.addKeys({ position, count: known.length, bytes: value.byteLength, timeMs });
      yield* known;
    }
  };
  const ends = function* () {
    for (const { key: position, value } of store.entries('ends', 0)) {
      kept.addEnd(position);
      yield [unseal(value, `the end at ${position}`).toString(), position] as const;
    }
  };
  sequencer.restore({ head, keys: keys(), ends: ends() });
  return kept;
}
