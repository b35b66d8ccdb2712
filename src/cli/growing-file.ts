// Reads the lines of a file that somebody else appends to, through rotation (it is renamed, and another one takes its
// name) and truncation. Every line has a place, to go on from and to know it again by. It looks at the file by its clock:
// notices of the kernel do not come over network file systems, and a look costs some microseconds.
//
//   look: the name leads to another file --> open it, and read the old one to its end first
//         shorter, or other bytes before where we are --> truncated: begin anew
//
// What it cannot see is what was written and truncated away between two looks.

import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HoldfastError } from '../base/errors.ts';
import type { FilePlace } from './file-place.ts';
import { LineWindow } from './line-window.ts';

const LOOK_INTERVAL_MS = 100;
/** Writers of the old file may take so long to go over to the new one. */
const ROTATION_IDLE_MS = 1000;
/** Rotated files that wait to be read to their end. */
const MAX_OPEN_FILES = 64;
/** Where a file that was rotated while nobody looked is searched. */
const MAX_FOLDER_ENTRIES = 10_000;

export interface FileLine {
  /** Without its line end; undefined for one that is longer than 1 MiB. */
  readonly bytes: Uint8Array | undefined;
  /** The same for the same line of the same file, however often it is read, and for no other. */
  readonly key: string;
  /** Of its first byte. */
  readonly offset: number;
}

interface OpenFile {
  readonly handle: FileHandle;
  /** Device and inode. */
  readonly identity: string;
  generation: string;
  window: LineWindow;
  /** What was seen at the last look: nothing is read again while it is the same. */
  seen: string;
  idleSinceMs: number;
}

export class GrowingFile {
  readonly #path: string;
  readonly #onNote: (sentence: string) => void;
  /** The first is being read; the others have come after it. */
  readonly #files: OpenFile[] = [];

  private constructor(path: string, onNote: (sentence: string) => void) {
    this.#path = path;
    this.#onNote = onNote;
  }

  /**
   * Opens it where an earlier run was, or at its start or end. A file that is not there yet is waited for.
   *
   * @throws HoldfastError ERR_FILE when it cannot be read.
   */
  static async open(
    path: string,
    from: FilePlace | 'start' | 'end',
    onNote: (sentence: string) => void,
  ): Promise<GrowingFile> {
    const file = new GrowingFile(path, onNote);
    if (typeof from !== 'string') await file.#resume(from);
    const isThere = await file.#look();
    if (!isThere) onNote(`${path} is not there yet; waiting for it`);
    if (from === 'end' && file.#files[0] !== undefined) await file.#skipToEnd(file.#files[0]);
    return file;
  }

  /** Complete up to here: everything before has been handed out. Undefined before there is a file. */
  get place(): FilePlace | undefined {
    const [file] = this.#files;
    if (file === undefined) return undefined;
    const { identity, generation, window } = file;
    return { file: this.#path, identity, generation, offset: window.offset, tail: window.tail };
  }

  /** The next lines, at least one; none when the signal ends the wait. */
  async nextLines(signal: AbortSignal): Promise<readonly FileLine[]> {
    while (!signal.aborted) {
      const [file] = this.#files;
      if (file !== undefined) {
        const lines = await this.#read(file);
        if (lines.length > 0) return lines;
        if (file.window.hasMore) continue;
      }
      await this.#look();
      const last = await this.#goOver();
      if (last.length > 0) return last;
      await delay(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
    return [];
  }

  async close(): Promise<void> {
    for (const { handle } of this.#files.splice(0)) await handle.close();
  }

  async #read(file: OpenFile): Promise<FileLine[]> {
    const { size, mtimeNs } = await file.handle.stat({ bigint: true });
    const seen = `${size} ${mtimeNs}`;
    if (seen === file.seen && !file.window.hasMore) return [];
    if (seen !== file.seen) file.idleSinceMs = performance.now();
    file.seen = seen;
    const { generation } = file;
    const found = await file.window.read(file.handle, Number(size));
    if (found === 'replaced') {
      this.#onNote(`${this.#path} was truncated; reading it from its start`);
      file.window = new LineWindow();
      file.generation = newGeneration();
      file.seen = '';
      return await this.#read(file);
    }
    return found.map(({ bytes, offset }) => ({ bytes, offset, key: `${generation}-${offset}` }));
  }

  /** Opens what the name leads to, when that is not open. False when it leads nowhere. */
  async #look(): Promise<boolean> {
    if (this.#files.length >= MAX_OPEN_FILES) return true;
    let handle: FileHandle | undefined;
    try {
      const { dev, ino } = await stat(this.#path, { bigint: true });
      if (this.#files.at(-1)?.identity === `${dev}:${ino}`) return true;
      handle = await open(this.#path, 'r');
      await this.#add(handle, { generation: newGeneration(), window: new LineWindow() });
      return true;
    } catch (error) {
      await handle?.close();
      // Between the two steps of a rotation there is no file.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw unreadable(this.#path, error);
    }
  }

  async #add(handle: FileHandle, { generation, window }: Pick<OpenFile, 'generation' | 'window'>) {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) throw new Error('it is no file');
    const identity = `${stats.dev}:${stats.ino}`;
    const idleSinceMs = performance.now();
    this.#files.push({ handle, identity, generation, window, seen: '', idleSinceMs });
  }

  /** Leaves a file that was rotated when its writers have; its last line may have no line end. */
  async #goOver(): Promise<FileLine[]> {
    const [file, next] = this.#files;
    if (file === undefined || next === undefined) return [];
    const { size } = await next.handle.stat();
    if (size === 0 || performance.now() - file.idleSinceMs < ROTATION_IDLE_MS) return [];
    const rest = await file.window.readRest(file.handle);
    if (rest !== undefined) return [{ ...rest, key: `${file.generation}-${rest.offset}` }];
    this.#files.shift();
    await file.handle.close();
    return [];
  }

  /** Goes on where an earlier run was: in the file of that name, or in the one that it was renamed to. */
  async #resume(place: FilePlace): Promise<void> {
    const window = new LineWindow(place.offset, place.tail);
    for (const path of [this.#path, ...(await siblings(this.#path))]) {
      const handle = await openIf(path, place.identity);
      if (handle === undefined) continue;
      const { size } = await handle.stat();
      if (await window.fits(handle, size)) {
        await this.#add(handle, { generation: place.generation, window });
        if (path !== this.#path) this.#onNote(`${this.#path} was rotated; reading the rest of ${path} first`);
        return;
      }
      await handle.close();
    }
    this.#onNote(
      `${this.#path} is not the file of the last run; what that got after byte ${place.offset} is not published`,
    );
  }

  async #skipToEnd(file: OpenFile): Promise<void> {
    const { size } = await file.handle.stat();
    file.window = await LineWindow.atEnd(file.handle, size);
  }
}

/** Nobody can guess it, so that no line of another file, or of another life of this one, has the same key. */
function newGeneration(): string {
  return randomBytes(9).toString('base64url');
}

async function siblings(path: string): Promise<string[]> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  const own = basename(path);
  return names
    .slice(0, MAX_FOLDER_ENTRIES)
    .filter((name) => name !== own)
    .map((name) => join(folder, name));
}

async function openIf(path: string, identity: string): Promise<FileHandle | undefined> {
  try {
    const stats = await stat(path, { bigint: true });
    if (`${stats.dev}:${stats.ino}` !== identity || !stats.isFile()) return undefined;
    return await open(path, 'r');
  } catch {
    // Gone or not ours to read: then it is not the one.
    return undefined;
  }
}

function unreadable(path: string, error: unknown): HoldfastError {
  return new HoldfastError(
    'ERR_FILE',
    `${path} cannot be followed: ${(error as Error).message}`,
    'Give --follow a file that can be read',
    { cause: error },
  );
}
