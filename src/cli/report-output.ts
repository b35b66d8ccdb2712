// Where a report goes and in which form: what `report` and `diagnose` share.

import { existsSync, realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { styleText } from 'node:util';
import { HoldfastError } from '../base/errors.ts';
import type { Paint } from '../report/text-report.ts';
import type { reportFormats } from './report-options.ts';
import { usageError } from './usage-failure.ts';

export type Format = (typeof reportFormats)[number];

/** What the name of the output ends in says; text when it says nothing. */
export function formatOf(output: string | undefined): Format {
  const byEnding: Readonly<Record<string, Format>> = {
    '.json': 'json',
    '.md': 'markdown',
    '.html': 'html',
    '.htm': 'html',
  };
  return byEnding[extname(output ?? '').toLowerCase()] ?? 'text';
}

/** @throws HoldfastError ERR_USAGE when the output is one of the inputs. */
export function checkOutput(inputs: readonly string[], output: string | undefined): void {
  const isInput =
    output !== undefined && existsSync(output) && inputs.some((path) => isSameFile(path, output));
  if (isInput)
    throw usageError(`--output would overwrite the input ${output}`, 'Give another name to the report');
}

function isSameFile(path: string, other: string): boolean {
  return existsSync(path) && realpathSync(path) === realpathSync(other);
}

/** Plain where stdout is no terminal, or NO_COLOR says so. */
export const terminalPaint: Paint = (style, text) => styleText(style, text, { stream: process.stdout });

/** To a file, or to standard output where none is named. */
export async function writeReport(output: string | undefined, text: string): Promise<void> {
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    await writeFile(output, text);
  } catch (error) {
    throw fileError(`${output} cannot be written`, error);
  }
}

export function fileError(what: string, error: unknown): HoldfastError {
  const { code } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or folder',
    EACCES: 'permission is denied',
    EISDIR: 'it is a folder',
    ENOSPC: 'the disk is full',
  };
  if (code === undefined) throw error;
  return new HoldfastError('ERR_FILE', `${what}: ${known[code] ?? code}`, 'Check the name', { cause: error });
}
