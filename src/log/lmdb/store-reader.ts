// What is read of the LMDB environment of a log folder: by the hub that writes it, and by the workers of that hub, which
// open it read-only. What is stored where:
//
//   blocks   first position of the block       -> block (block.ts)
//   index    [topic, first position]           -> nothing: which blocks have records of a topic
//   keys     first position of the commit      -> its idempotency keys (key-record.ts)
//   ends     position of the end               -> topic that ended there
//   meta     'epoch'                           -> the epoch
//            'indexed'                         -> the position up to which the index has all blocks

import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { unseal } from './seal.ts';

export const STORE_FILE = 'log.mdb';

export const PAGE_BYTES = 4096;
// Address space, not memory: what the file can grow to without being mapped anew.
const MAP_FACTOR = 4;
const MIN_MAP_BYTES = 256 * 1024 * 1024;

export type TableName = 'blocks' | 'index' | 'keys' | 'ends' | 'meta';
export type StoreKey = number | string | [topic: string, position: number];
export type Table = Database<Buffer, StoreKey>;

/** What differs between those who open a store. */
interface Access {
  readonly readOnly?: boolean;
  /** Leaves it to the system when what was written gets to the disk. */
  readonly noSync?: boolean;
}

export class StoreReader {
  readonly path: string;
  protected readonly maxBytes: number;
  protected root!: RootDatabase<Buffer, StoreKey>;
  protected tables!: Readonly<Record<TableName, Table>>;

  protected constructor(folder: string, maxBytes: number) {
    this.path = join(folder, STORE_FILE);
    this.maxBytes = maxBytes;
  }

  /** Opens, read-only, the store that another process of this hub has open with the same `maxBytes`. */
  static open(folder: string, maxBytes: number): StoreReader {
    const reader = new StoreReader(folder, maxBytes);
    reader.openRoot({ readOnly: true });
    reader.openTables();
    return reader;
  }

  protected openRoot(access: Access): void {
    this.root = open<Buffer, StoreKey>({
      path: this.path,
      noSubdir: true,
      overlappingSync: false,
      eventTurnBatching: false,
      encoding: 'binary',
      maxDbs: 8,
      // The same for all, so that a reader never meets a file that has outgrown its map.
      mapSize: Math.ceil(Math.max(this.maxBytes * MAP_FACTOR, MIN_MAP_BYTES) / PAGE_BYTES) * PAGE_BYTES,
      ...access,
    });
  }

  protected openTables(): void {
    const table = (name: TableName): Table => this.root.openDB(name, { encoding: 'binary' });
    this.tables = {
      blocks: table('blocks'),
      index: table('index'),
      keys: table('keys'),
      ends: table('ends'),
      meta: table('meta'),
    };
  }

  /** Forgets the snapshot that earlier reads of this turn have taken: what is read next is the newest. */
  refresh(): void {
    this.root.resetReadTxn();
  }

  get(table: TableName, key: StoreKey): Buffer | undefined {
    return this.tables[table].getBinary(key);
  }

  /** Entries whose key is a number, from a key up and below another. Finish or leave the loop in the same tick. */
  entries(
    table: 'blocks' | 'keys' | 'ends',
    from: number,
    below = Number.POSITIVE_INFINITY,
  ): Iterable<{ readonly key: number; readonly value: Buffer }> {
    return this.tables[table].getRange({ start: from, end: below }) as Iterable<{
      key: number;
      value: Buffer;
    }>;
  }

  /** The key of the first entry; undefined when there is none. */
  firstKey(table: 'blocks' | 'keys' | 'ends'): number | undefined {
    const [key] = this.tables[table].getKeys({ limit: 1 });
    return key as number | undefined;
  }

  /** The key of the last entry at or before a position; undefined when there is none. */
  lastKey(table: 'blocks' | 'keys' | 'ends', at = Number.POSITIVE_INFINITY): number | undefined {
    const [key] = this.tables[table].getKeys({ start: at, reverse: true, limit: 1 });
    return key as number | undefined;
  }

  /** First positions of at most `limit` blocks with records of a topic, from a block up and below a position. */
  blocksOf(topic: string, from: number, below: number, limit: number): number[] {
    const keys = this.tables.index.getKeys({ start: [topic, from], end: [topic, below], limit });
    return Array.from(keys as Iterable<[string, number]>, ([, position]) => position);
  }

  /** Every entry of the index, in no order that matters. */
  *indexEntries(): Generator<readonly [topic: string, position: number]> {
    yield* this.tables.index.getKeys() as Iterable<[string, number]>;
  }

  get epoch(): string | undefined {
    const value = this.get('meta', 'epoch');
    return value === undefined ? undefined : unseal(value, 'the epoch').toString('latin1');
  }

  /** Up to here the index has every block; undefined in a log whose index has all of them. */
  get indexedTo(): number | undefined {
    const value = this.get('meta', 'indexed');
    return value === undefined ? undefined : Number(unseal(value, 'the end of the index').toString('latin1'));
  }

  async close(): Promise<void> {
    await this.root.close();
  }
}
