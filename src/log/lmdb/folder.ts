// The folder of a log: made where there is none, and opened only when it says that it holds a log of a format that
// is known here. The format stands in a file of its own, in plain text, so that it can be read by whatever comes.

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../../base/errors.ts';
import { STORE_FILE } from './store-reader.ts';

const FORMAT_VERSION = 1;

const FORMAT_FILE = 'FORMAT';

/**
 * Makes the folder if need be, and checks its format.
 *
 * @throws HoldfastError ERR_LOG_FORMAT for a newer format or another content, ERR_FILE when it cannot be used.
 */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    if (hasLog(folder)) return;
    writeDurably(join(folder, FORMAT_FILE), `holdfast log ${FORMAT_VERSION}\n`);
  } catch (error) {
    throw error instanceof HoldfastError ? error : folderFailure(folder, error);
  }
}

/**
 * Whether a folder holds a log that can be read here.
 *
 * @throws HoldfastError ERR_LOG_FORMAT.
 */
export function hasLog(folder: string): boolean {
  if (!existsSync(join(folder, FORMAT_FILE))) {
    if (!existsSync(join(folder, STORE_FILE))) return false;
    throw badFormat(`${folder} has a ${STORE_FILE} without the file ${FORMAT_FILE} of a log`);
  }
  const text = readFileSync(join(folder, FORMAT_FILE), 'utf8');
  const version = /^holdfast log (\d+)\n$/.exec(text)?.[1];
  if (version === undefined) throw badFormat(`The file ${FORMAT_FILE} in ${folder} is not one of a log`);
  if (Number(version) <= FORMAT_VERSION) return true;
  throw badFormat(
    `The log in ${folder} has the format ${version}, and this Holdfast knows formats up to ${FORMAT_VERSION}`,
  );
}

/** What it means that the system refuses a folder. */
export function folderFailure(folder: string, error: unknown): HoldfastError {
  const { message } = error as Error;
  const help = 'Choose a folder that this user can write, with --log-folder';
  return new HoldfastError('ERR_FILE', `The log folder ${folder} cannot be used: ${message}`, help, {
    cause: error,
  });
}

/** Makes the names in a folder durable, where the system knows how. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeDurably(path: string, text: string): void {
  writeFileSync(path, text, { flush: true });
  syncFolder(join(path, '..'));
}

export function badFormat(message: string): HoldfastError {
  return new HoldfastError(
    'ERR_LOG_FORMAT',
    message,
    'Use the version of Holdfast that wrote it, or another folder.',
  );
}
