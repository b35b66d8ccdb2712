// Reads a page of the log: for exact topics the blocks that the index names, as far as it is complete; what is beyond, and
// all for patterns, one block after the other, where those whose topics do not match are left as they are. Every read begins and ends in one tick, so no
// reader holds a snapshot that would keep pages from being used again.

import type { LogRecord, Page, ReadLimits, Selection } from '../event-log.ts';
import { Block } from './block.ts';
import { damaged } from './seal.ts';
import type { StoreReader } from './store-reader.ts';

// Finding and checking a block costs as much as looking at this many records (2 us and some 0.1 us each).
const BLOCK_COST = 16;
// Looking for more topics than these takes as long as reading the topics of the block.
const MAX_NEEDLES = 8;
// Blocks that one page of exact topics may look at, and so index entries that are read for it.
const MAX_INDEXED_BLOCKS = 64;

/** What lies between a position and the head. Both are within what the log keeps; wants a fresh snapshot. */
export function readPage(
  store: StoreReader,
  after: number,
  head: number,
  selection: Selection,
  limits: ReadLimits,
): Page {
  if (after >= head) return { records: [], to: after };
  const from = store.lastKey('blocks', after + 1);
  if (from === undefined) throw damaged(`there is no block for position ${after + 1}`);
  const page = new PageInMaking(after, head, selection, limits);
  const indexedTo = selection.hasPatterns ? 0 : Math.min(store.indexedTo ?? head, head);
  const isIndexed = after < indexedTo;
  if (isIndexed && !followIndex(store, from, indexedTo, selection.exactTopics, page)) return page;
  if (page.to < head) scan(store, isIndexed ? indexedTo + 1 : from, head, page);
  return page;
}

function scan(store: StoreReader, from: number, head: number, page: PageInMaking): void {
  for (const { key, value } of store.entries('blocks', from, head + 1)) {
    if (key > page.to + 1) throw damaged(`the positions from ${page.to + 1} to ${key - 1} are missing`);
    if (!page.take(new Block(key, value))) return;
  }
  if (page.to < head) throw damaged(`the positions from ${page.to + 1} to ${head} are missing`);
}

/** Takes what the index names up to a position; false when the page is full before. */
function followIndex(
  store: StoreReader,
  from: number,
  indexedTo: number,
  topics: ReadonlySet<string>,
  page: PageInMaking,
): boolean {
  const limit = Math.ceil(MAX_INDEXED_BLOCKS / Math.max(topics.size, 1)) + 1;
  const firsts = new Set<number>();
  // Beyond the last block that was listed for a topic with more of them, the list is not complete.
  let horizon = Number.POSITIVE_INFINITY;
  for (const topic of topics) {
    const blocks = store.blocksOf(topic, from, indexedTo + 1, limit);
    for (const first of blocks) firsts.add(first);
    if (blocks.length === limit) horizon = Math.min(horizon, blocks.at(-1)!);
  }
  for (const first of [...firsts].sort((a, b) => a - b)) {
    const value = store.get('blocks', first);
    if (value === undefined) throw damaged(`block ${first} is in the index and not in the log`);
    if (!page.take(new Block(first, value)) || first === horizon) return false;
  }
  page.to = indexedTo;
  return true;
}

class PageInMaking implements Page {
  readonly records: LogRecord[] = [];
  to: number;
  readonly #head: number;
  readonly #selection: Selection;
  readonly #limits: ReadLimits;
  // The exact topics that are wanted, where there are few and nothing else is.
  readonly #needles: readonly Buffer[] | undefined;
  #bytes = 0;
  #scanned = 0;

  constructor(after: number, head: number, selection: Selection, limits: ReadLimits) {
    this.to = after;
    this.#head = head;
    this.#selection = selection;
    this.#limits = limits;
    const { exactTopics, hasPatterns } = selection;
    const isNarrow = !hasPatterns && exactTopics.size <= MAX_NEEDLES;
    this.#needles = isNarrow ? Array.from(exactTopics, (topic) => Buffer.from(topic)) : undefined;
  }

  /** Takes what is wanted of a block; false when the page is full. */
  take(block: Block): boolean {
    if (block.last > this.#head) throw damaged(`block ${block.first} reaches beyond the head ${this.#head}`);
    this.#scanned += BLOCK_COST + block.count;
    const wanted = this.#wantedOf(block);
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

  /** For each topic of a block whether it is wanted; nothing for a block that has none of the wanted ones. */
  #wantedOf(block: Block): readonly boolean[] {
    if (this.#needles !== undefined && !this.#needles.some((needle) => block.mayHave(needle))) return [];
    return block.topics.map((topic) => this.#selection.matches(topic));
  }
}
