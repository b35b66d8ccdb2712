// A log that lives as long as its process, in files that other processes can read: what `--log memory` is for a hub of
// several. Its folder is private, is removed when it closes, and, after a crash, by the next one that is opened.

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from './folder-lock.ts';
import type { LmdbLog } from './lmdb-log.ts';
import { type OpenLogOptions, openLmdbLog } from './open-log.ts';

const PREFIX = 'holdfast-memory-log-';
/** A younger folder may be one whose process has not locked it yet. */
const MIN_LEFT_AGE_MS = 60_000;

export async function openTemporaryLog(options: OpenLogOptions, parent = tmpdir()): Promise<LmdbLog> {
  await removeLeftFolders(parent);
  const folder = mkdtempSync(join(parent, PREFIX));
  const log = await openLmdbLog(folder, { ...options, isDurable: false });
  const close = log.close.bind(log);
  return Object.assign(log, {
    async close() {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** Removes the folders of processes that have ended without doing so. */
async function removeLeftFolders(parent: string): Promise<void> {
  for (const name of readdirSync(parent).filter((name) => name.startsWith(PREFIX))) {
    const folder = join(parent, name);
    try {
      if (Date.now() - statSync(folder).mtimeMs < MIN_LEFT_AGE_MS) continue;
      const lock = await lockFolder(folder);
      rmSync(folder, { recursive: true, force: true });
      await lock.release();
    } catch {
      // In use, or somebody else's.
    }
  }
}
