// A folder for a log, gone with its test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenLogOptions } from '../../src/log/lmdb/open-log.ts';
import { ROOMY } from './event-log-contract/fixture.ts';

/** Limits that a test does not meet. */
export const roomyLog: OpenLogOptions = ROOMY;

export async function logFolder(t: { after(clean: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-log-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
