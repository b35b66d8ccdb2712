// The store of a folder that no hub uses, for the commands that look at it or change it as a whole.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../../base/errors.ts';
import { badFormat, folderFailure, hasLog } from './folder.ts';
import { lockFolder } from './folder-lock.ts';
import { Store } from './store.ts';
import { STORE_FILE } from './store-reader.ts';

/**
 * Opens the log in a folder for as long as `use` takes.
 *
 * @throws HoldfastError ERR_LOG_IN_USE, ERR_LOG_FORMAT, ERR_LOG_DAMAGED, ERR_FILE.
 */
export async function withOfflineStore<T>(folder: string, use: (store: Store) => T | Promise<T>): Promise<T> {
  if (!hasLog(folder)) throw badFormat(`There is no log in ${folder}`);
  const lock = await lockFolder(folder);
  let store: Store | undefined;
  try {
    store = new Store(folder, statSync(join(folder, STORE_FILE)).size);
    return await use(store);
  } catch (error) {
    throw error instanceof HoldfastError ? error : folderFailure(folder, error);
  } finally {
    await store?.close();
    await lock.release();
  }
}
