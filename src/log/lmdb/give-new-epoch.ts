// Gives a log a new epoch: every id that was given before means another log. The frames carry their ids, so all of
// them are written anew, into a new file that takes the place of the old one when it is complete.

import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newEpoch } from '../event-id.ts';
import type { LogRecord } from '../event-log.ts';
import { Block, encodeBlock } from './block.ts';
import { syncFolder } from './folder.ts';
import { damaged } from './seal.ts';
import { put, Store, sealedText, type Write } from './store.ts';

const BLOCKS_A_COMMIT = 64;

/**
 * Rewrites the log in a folder that no hub uses, and answers the new epoch. When it fails, the log is as it was.
 *
 * @throws HoldfastError ERR_LOG_DAMAGED.
 */
export async function giveNewEpoch(folder: string, store: Store): Promise<string> {
  const former = store.epoch;
  if (former === undefined) throw damaged('there is no epoch');
  const epoch = newEpoch();
  const workFolder = mkdtempSync(join(folder, 'new-epoch-'));
  try {
    const next = new Store(workFolder, store.fileBytes);
    for (const writes of inCommits(store, former, epoch)) await next.commit(writes);
    await next.close();
    renameSync(next.path, store.path);
    syncFolder(folder);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
  return epoch;
}

function* inCommits(store: Store, former: string, epoch: string): Generator<Write[]> {
  const others = (['keys', 'ends'] as const).flatMap((table) =>
    Array.from(store.entries(table, 0), ({ key, value }) => put(table, key, value)),
  );
  yield [put('meta', 'epoch', sealedText(epoch)), ...others];
  for (let from = 0; ; ) {
    const writes: Write[] = [];
    let count = 0;
    // A loop of its own for each commit: no snapshot is held while one is under way.
    for (const { key, value } of store.entries('blocks', from)) {
      const block = new Block(key, value);
      const records = Array.from(block.recordsAfter(0), ([, record]) => renamed(record, former, epoch));
      writes.push(
        put('blocks', key, encodeBlock(records)),
        ...block.topics.map((topic) => put('index', [topic, key])),
      );
      from = block.last + 1;
      if (++count === BLOCKS_A_COMMIT) break;
    }
    if (count === 0) return;
    yield writes;
  }
}

function renamed(record: LogRecord, former: string, epoch: string): LogRecord {
  const frame = Buffer.from(record.frame);
  const prefix = `id: ${former}-${record.position}\n`;
  if (frame.toString('latin1', 0, prefix.length) !== prefix) {
    throw damaged(`the frame at ${record.position} does not begin with its id`);
  }
  const id = Buffer.from(`id: ${epoch}-${record.position}\n`);
  return { ...record, frame: Buffer.concat([id, frame.subarray(prefix.length)]) };
}
