// Where a run of `pub --follow` was in its file, kept in a small file of its own, so that the next run goes on there.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { HoldfastError } from '../base/errors.ts';

const VERSION = 1;

export interface FilePlace {
  /** The path that is followed. */
  readonly file: string;
  /** Device and inode. */
  readonly identity: string;
  /** One life of the file, from a beginning to a rotation or truncation. */
  readonly generation: string;
  /** Everything before is published. */
  readonly offset: number;
  /** The last bytes before the offset. */
  readonly tail: Buffer;
}

/**
 * Undefined when there is none yet.
 *
 * @throws HoldfastError ERR_FILE for a file that is no such place, or one of another file: beginning anew in silence
 * would publish again what was published.
 */
export async function readPlace(path: string, followed: string): Promise<FilePlace | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(path, `cannot be read: ${(error as Error).message}`, error);
  }
  const place = parsePlace(text);
  if (place === undefined) throw unusable(path, 'holds no place in a file');
  if (place.file !== resolve(followed)) throw unusable(path, `belongs to ${place.file}`);
  return { ...place, file: followed };
}

/**
 * Replaces it as a whole. It is not forced to disk: after a crash of the machine an older one may be there, and lines are
 * published again.
 *
 * @throws HoldfastError ERR_FILE.
 */
export async function writePlace(path: string, { tail, file, ...place }: FilePlace): Promise<void> {
  const record = { version: VERSION, file: resolve(file), ...place, tail: tail.toString('base64') };
  try {
    await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`);
    await rename(`${path}.new`, path);
  } catch (error) {
    throw unusable(path, `cannot be written: ${(error as Error).message}`, error);
  }
}

function parsePlace(text: string): FilePlace | undefined {
  try {
    const { version, file, identity, generation, offset, tail } = JSON.parse(text);
    const texts = [file, identity, generation, tail];
    if (version !== VERSION || texts.some((value) => typeof value !== 'string')) return undefined;
    const bytes = Buffer.from(tail, 'base64');
    if (!Number.isSafeInteger(offset) || offset < bytes.length) return undefined;
    return { file, identity, generation, offset, tail: bytes };
  } catch {
    // Not JSON: something else has that name.
    return undefined;
  }
}

function unusable(path: string, what: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'ERR_FILE',
    `The state file ${path} ${what}`,
    'Give --state another file, or remove that one to begin anew',
    { cause },
  );
}
