// The LMDB environment of one log folder, for the process that writes it: commits that either are on disk or leave
// nothing. It knows no events; it takes lists of writes and gives values. What is where is in store-reader.ts.
//
// LMDB settings, each with what it prevents (docs/decisions/lmdb.md): `overlappingSync` shows a commit to readers
// before it is on disk, `eventTurnBatching` delays it and mixes what the caller has separated.

import { statSync } from 'node:fs';
import { causeOfCommit } from './commit-cause.ts';
import { Reserve } from './reserve.ts';
import { damaged, SEAL_BYTES, seal } from './seal.ts';
import { PAGE_BYTES, type StoreKey, StoreReader, type TableName } from './store-reader.ts';

// What may be reserved: with what LMDB has reserved by then it uses its free pages again, and does not come further.
const RESERVE_FACTOR = 1.75;
const MIN_RESERVE_BYTES = 1024 * 1024;
// The roots of the tables, and the lists of free pages.
const SPARE_PAGES = 32;
const NOTHING = Buffer.alloc(0);

export type Write =
  | { readonly table: TableName; readonly key: StoreKey; readonly value: Buffer }
  | { readonly table: TableName; readonly key: StoreKey; readonly value: undefined };

// What lmdb has beyond its types; both are plain reads.
interface NativeParts {
  readonly env: { info(): { readonly lastPageNumber: number } };
  readonly db: {
    stat(): {
      readonly treeBranchPageCount: number;
      readonly treeLeafPageCount: number;
      readonly overflowPages: number;
      readonly entryCount: number;
    };
  };
}

export interface StoreOptions {
  /** False for a log that need not survive the machine. */
  readonly isDurable: boolean;
}

export class Store extends StoreReader {
  readonly #options: StoreOptions;
  #reserve!: Reserve;
  // LMDB refuses to write once it could not write where the newest commit is, and finds nothing when asked, until
  // it is opened anew.
  #isBroken = false;
  #healing: Promise<void> | undefined;

  /**
   * Opens the store of a folder, and makes an empty one where there is none. `maxBytes` bounds what is used of the
   * file; the file itself has at most twice as many.
   *
   * @throws HoldfastError ERR_LOG_DAMAGED when the file is shorter than it says; what the system says otherwise.
   */
  constructor(folder: string, maxBytes: number, options: StoreOptions = { isDurable: true }) {
    super(folder, maxBytes);
    this.#options = options;
    this.#open();
  }

  #open(): void {
    this.openRoot({ noSync: !this.#options.isDurable });
    this.#reserve = new Reserve(this.path);
    // Before anything but the head of the file is read: reading a mapped page beyond its end kills the process.
    this.#refuseCut();
    this.openTables();
  }

  /** Makes writes durable, all or none, in order. Rejects with the system's error. One at a time. */
  async commit(writes: readonly Write[]): Promise<void> {
    const used = (this.#lastPage + 1) * PAGE_BYTES;
    const wanted = used + this.#pagesFor(writes) * PAGE_BYTES;
    const most = Math.max(this.maxBytes * RESERVE_FACTOR, MIN_RESERVE_BYTES);
    await this.#reserve.ensure(used, Math.min(wanted, most));
    try {
      await this.root.batch(() => {
        for (const { table, key, value } of writes) {
          if (value === undefined) void this.tables[table].remove(key);
          else void this.tables[table].put(key, value);
        }
      });
    } catch (error) {
      const cause = await causeOfCommit(error);
      this.#isBroken = !this.#canWrite();
      throw cause;
    }
  }

  /** Opens the store anew where a failed commit has left it unusable; to be awaited before a read. */
  heal(): Promise<void> | undefined {
    if (!this.#isBroken) return undefined;
    this.#healing ??= this.#reopen().finally(() => {
      this.#healing = undefined;
    });
    return this.#healing;
  }

  /** Bytes of the pages that hold something, index and all; the file has free pages beside them. */
  get usedBytes(): number {
    const { tree, values } = this.#usedPages();
    return (tree + values) * PAGE_BYTES;
  }

  get fileBytes(): number {
    return statSync(this.path).size;
  }

  /** Frees the places of readers whose process has ended: each would hold on to the pages it was reading. */
  forgetDeadReaders(): void {
    this.root.readerCheck();
  }

  /** Copies what is used, without the free pages, to another file. */
  copyTo(path: string): Promise<void> {
    return this.root.backup(path, true);
  }

  override async close(): Promise<void> {
    await super.close();
    this.#reserve.close();
  }

  async #reopen(): Promise<void> {
    await this.close();
    this.#open();
    this.#isBroken = false;
  }

  #canWrite(): boolean {
    try {
      this.refresh();
      return this.get('meta', 'epoch') !== undefined;
    } catch {
      return false;
    }
  }

  get #lastPage(): number {
    return (this.root as unknown as NativeParts).env.info().lastPageNumber;
  }

  #usedPages(): { readonly tree: number; readonly values: number } {
    // A table says its size only within a read.
    this.get('meta', 'epoch');
    let [tree, values] = [0, 0];
    for (const table of Object.values(this.tables)) {
      const stat = (table as unknown as NativeParts).db.stat();
      tree += stat.treeBranchPageCount + stat.treeLeafPageCount;
      values += stat.overflowPages;
    }
    return { tree, values };
  }

  /**
   * The most pages that writes can need at the end of the file: those of their values, and each page of the trees
   * that they change, since LMDB never writes a page in place.
   */
  #pagesFor(writes: readonly Write[]): number {
    const tree = Math.min(2 * writes.length, this.#usedPages().tree + writes.length / 16);
    const pages = writes.map(({ value }) => (value === undefined ? 0 : value.byteLength / PAGE_BYTES + 1));
    return Math.ceil(pages.reduce((sum, count) => sum + count, tree)) + SPARE_PAGES;
  }

  #refuseCut(): void {
    const needed = (this.#lastPage + 1) * PAGE_BYTES;
    const bytes = this.fileBytes;
    // A new file has its two first pages only from the first commit on.
    if (bytes === 0 || bytes >= needed) return;
    void this.close();
    throw damaged(`${this.path} has ${bytes} bytes, and its contents reach to ${needed}`);
  }
}

export function put(table: TableName, key: StoreKey, value: Buffer = NOTHING): Write {
  return { table, key, value };
}

export function remove(table: TableName, key: StoreKey): Write {
  return { table, key, value: undefined };
}

/** A text as a sealed value. */
export function sealedText(text: string): Buffer {
  return seal(Buffer.concat([Buffer.alloc(SEAL_BYTES), Buffer.from(text)]));
}
