// Looks at a whole log: what is in it, and whether all of it is what was written. It changes nothing.

import { HoldfastError } from '../../base/errors.ts';
import { Block } from './block.ts';
import { decodeKeys } from './key-record.ts';
import { unseal } from './seal.ts';
import type { Store } from './store.ts';

export interface LogReport {
  readonly epoch: string;
  readonly head: number;
  /** `head + 1` while the log is empty. */
  readonly oldest: number;
  /** When the oldest and the newest block were written, in milliseconds since 1970; undefined while there is none. */
  readonly times: { readonly oldestMs: number; readonly newestMs: number } | undefined;
  readonly blocks: number;
  readonly keys: number;
  readonly endedTopics: number;
  readonly usedBytes: number;
  readonly fileBytes: number;
  /** What is not as it was written, the first of them; empty for a whole log. */
  readonly problems: readonly string[];
  readonly problemCount: number;
}

const MAX_PROBLEMS = 20;

/** Reads everything in a store. */
export function inspectLog(store: Store): LogReport {
  store.refresh();
  const problems = new Problems();
  const blocks = inspectBlocks(store, problems);
  let [keys, endedTopics] = [0, 0];
  for (const { key, value } of store.entries('keys', 0)) {
    problems.catch(() => {
      keys += decodeKeys(key, value).length;
    });
  }
  for (const { key, value } of store.entries('ends', 0)) {
    problems.catch(() => void unseal(value, `the end at ${key}`));
    endedTopics++;
  }
  let epoch = '';
  problems.catch(() => {
    epoch = store.epoch ?? '';
    if (epoch === '') problems.add('there is no epoch');
  });
  const { usedBytes, fileBytes } = store;
  const { first: found, count: problemCount } = problems;
  return { epoch, ...blocks, keys, endedTopics, usedBytes, fileBytes, problems: found, problemCount };
}

function inspectBlocks(store: Store, problems: Problems) {
  let [count, indexed, oldest, head] = [0, 0, 1, 0];
  let indexedTo = Number.POSITIVE_INFINITY;
  problems.catch(() => {
    indexedTo = store.indexedTo ?? indexedTo;
  });
  let times: LogReport['times'];
  // Where the next block begins; unknown after one that cannot be read.
  let next: number | undefined;
  for (const { key, value } of store.entries('blocks', 0)) {
    if (count === 0) oldest = key;
    count++;
    if (next !== undefined && key !== next) problems.add(`block ${key} comes where ${next} should`);
    next = undefined;
    head = key;
    problems.catch(() => {
      const block = new Block(key, value);
      head = block.last;
      next = head + 1;
      times = { oldestMs: times?.oldestMs ?? block.timeMs, newestMs: block.timeMs };
      // What is beyond is not all in the index yet.
      if (key > indexedTo) return;
      indexed += block.topics.length;
      for (const topic of block.topics) {
        if (store.blocksOf(topic, key, key + 1, 1).length === 1) continue;
        problems.add(`the index lacks block ${key} for the topic ${JSON.stringify(topic)}`);
      }
    });
  }
  let entries = 0;
  for (const [, position] of store.indexEntries()) if (position <= indexedTo) entries++;
  if (entries !== indexed && problems.count === 0) {
    problems.add(`the index has ${entries} entries, and the blocks have ${indexed} topics`);
  }
  return { oldest, head, times, blocks: count };
}

class Problems {
  readonly first: string[] = [];
  count = 0;

  add(problem: string): void {
    this.count++;
    if (this.first.length < MAX_PROBLEMS) this.first.push(problem);
  }

  /** Takes damage that is met on the way as a problem, and goes on. */
  catch(look: () => void): void {
    try {
      look();
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      this.add(error.message);
    }
  }
}
