// What a commit writes: the blocks of its records, where the index finds them, the ends of topics, and the keys.

import type { LogRecord } from '../event-log.ts';
import { contentDigest } from '../key-index.ts';
import type { Pending } from '../pending.ts';
import { cutBlocks, encodeBlock } from './block.ts';
import { encodeKeys } from './key-record.ts';
import { put, sealedText, type Write } from './store.ts';

export function recordWrites(records: readonly LogRecord[]): Write[] {
  const blocks = cutBlocks(records).flatMap((block) => {
    const { position } = block[0]!;
    const topics = new Set(block.map(({ topic }) => topic));
    return [
      put('blocks', position, encodeBlock(block)),
      ...Array.from(topics, (topic) => put('index', [topic, position])),
    ];
  });
  const ends = records.filter((record) => record.endsTopic);
  return [...blocks, ...ends.map(({ topic, position }) => put('ends', position, sealedText(topic)))];
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
