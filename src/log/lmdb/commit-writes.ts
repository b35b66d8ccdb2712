// What a commit writes: the blocks of its records, the ends of topics, and the keys.

import type { LogRecord } from '../event-log.ts';
import { contentDigest } from '../key-index.ts';
import type { Pending } from '../pending.ts';
import { cutBlocks, encodeBlock } from './block.ts';
import type { UnindexedBlock } from './indexer.ts';
import { encodeKeys } from './key-record.ts';
import { put, sealedText, type Write } from './store.ts';

/** The blocks of a commit's records with the writes of each, and of the ends of topics. The index follows later. */
export function recordWrites(records: readonly LogRecord[]) {
  const blocks: UnindexedBlock[] = [];
  const writes: Write[] = [];
  for (const block of cutBlocks(records)) {
    const first = block[0]!.position;
    const value = encodeBlock(block);
    const topics = [...new Set(block.map(({ topic }) => topic))];
    blocks.push({ first, last: block.at(-1)!.position, topics, bytes: value.byteLength });
    writes.push(put('blocks', first, value));
  }
  for (const { topic, position, endsTopic } of records) {
    if (endsTopic) writes.push(put('ends', position, sealedText(topic)));
  }
  return { blocks, writes };
}

/** The write of all new keys of a commit, with what `KeptKeys` is told of it; undefined when there are none. */
export function keysWrite({ records, keys }: Pending, timeMs: number) {
  if (keys.size === 0) return undefined;
  const { position } = records[0]!;
  const stored = Array.from(keys, ([key, planned]) => ({
    key,
    position: planned.position,
    digest: contentDigest(planned.draft),
  }));
  const value = encodeKeys(stored, timeMs);
  return {
    position,
    count: keys.size,
    bytes: value.byteLength,
    timeMs,
    writes: [put('keys', position, value)],
  };
}
