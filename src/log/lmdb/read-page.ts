// Reads a page of the log: for exact topics the blocks that the index names, for patterns one block after the
// other, where those whose topics do not match are left as they are. Every read begins and ends in one tick, so no
// reader holds a snapshot that would keep pages from being used again.

import type { LogRecord, Page, ReadLimits, Selection } from '../event-log.ts';
import { Block } from './block.ts';
import { damaged } from './seal.ts';
import type { Store } from './store.ts';

// Finding and checking a block costs as much as looking at this many records (2 us and some 0.1 us each).
const BLOCK_COST = 16;
// Blocks that one page of exact topics may look at, and so index entries that are read for it.
const MAX_INDEXED_BLOCKS = 64;

/** What lies between a position and the head. Both are within what the log keeps. */
export function readPage(
  store: Store,
  after: number,
  head: number,
  selection: Selection,
  limits: ReadLimits,
): Page {
  if (after >= head) return { records: [], to: after };
  store.refresh();
  const from = store.lastKey('blocks', after + 1);
  if (from === undefined) throw damaged(`there is no block for position ${after + 1}`);
  const page = new PageInMaking(after, head, selection, limits);
  if (selection.hasPatterns) scan(store, from, head, page);
  else followIndex(store, from, head, selection.exactTopics, page);
  return page;
}

function scan(store: Store, from: number, head: number, page: PageInMaking): void {
  for (const { key, value } of store.entries('blocks', from, head + 1)) {
    if (key > page.to + 1) throw damaged(`the positions from ${page.to + 1} to ${key - 1} are missing`);
    if (!page.take(new Block(key, value))) return;
  }
  if (page.to < head) throw damaged(`the positions from ${page.to + 1} to ${head} are missing`);
}

function followIndex(
  store: Store,
  from: number,
  head: number,
  topics: ReadonlySet<string>,
  page: PageInMaking,
): void {
  const limit = Math.ceil(MAX_INDEXED_BLOCKS / Math.max(topics.size, 1)) + 1;
  const firsts = new Set<number>();
  // Beyond the last block that was listed for a topic with more of them, the list is not complete.
  let horizon = Number.POSITIVE_INFINITY;
  for (const topic of topics) {
    const blocks = store.blocksOf(topic, from, head + 1, limit);
    for (const first of blocks) firsts.add(first);
    if (blocks.length === limit) horizon = Math.min(horizon, blocks.at(-1)!);
  }
  for (const first of [...firsts].sort((a, b) => a - b)) {
    const value = store.get('blocks', first);
    if (value === undefined) throw damaged(`block ${first} is in the index and not in the log`);
    if (!page.take(new Block(first, value)) || first === horizon) return;
  }
  page.to = head;
}

class PageInMaking implements Page {
  readonly records: LogRecord[] = [];
  to: number;
  readonly #head: number;
  readonly #selection: Selection;
  readonly #limits: ReadLimits;
  #bytes = 0;
  #scanned = 0;

  constructor(after: number, head: number, selection: Selection, limits: ReadLimits) {
    this.to = after;
    this.#head = head;
    this.#selection = selection;
    this.#limits = limits;
  }

  /** Takes what is wanted of a block; false when the page is full. */
  take(block: Block): boolean {
    if (block.last > this.#head) throw damaged(`block ${block.first} reaches beyond the head ${this.#head}`);
    const wanted = block.topics.map((topic) => this.#selection.matches(topic));
    this.#scanned += BLOCK_COST + block.count;
    if (wanted.includes(true)) {
      for (const [topicIndex, record] of block.recordsAfter(this.to)) {
        if (!wanted[topicIndex]) continue;
        this.#bytes += record.frame.byteLength;
        if (this.#bytes > this.#limits.maxBytes && this.records.length > 0) {
          this.to = record.position - 1;
          return false;
        }
        this.records.push(record);
      }
    }
    this.to = Math.max(this.to, block.last);
    return this.#scanned < this.#limits.maxScanned;
  }
}
