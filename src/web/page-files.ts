// What every page of the package carries or serves, as files: its scripts, uPlot, the colours. In dist the built `.js`
// files are read and uPlot has been copied there (scripts/build.ts), so that the installed package needs no other; in
// a source tree the `.ts` files are read with their types stripped, and uPlot is in node_modules.

import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { withoutWarnings } from '../base/without-warnings.ts';

export const coloursFile = new URL('./colours.css', import.meta.url);

/** Scripts that more than one page uses. */
export const sharedPageFolder = new URL('./page/', import.meta.url);

/** The script `name` (without an ending) of a folder, as JavaScript. Its imports stay as they are written. */
export function readPageScript(name: string, folder: URL): string {
  const built = new URL(`${name}.js`, folder);
  if (existsSync(built)) return readFileSync(built, 'utf8');
  const source = readFileSync(new URL(`${name}.ts`, folder), 'utf8');
  return withoutWarnings(() => stripTypeScriptTypes(source));
}

/** uPlot as a classic script that defines `uPlot`, with its licence named at its head. */
export function readUplotScript(): string {
  const copyright = readUplot('LICENSE').match(/Copyright .*/)?.[0] ?? '';
  return `/*! uPlot ${copyright}, MIT licence */\n${readUplot('uPlot.iife.min.js')}`;
}

export const readUplotStyles = (): string => readUplot('uPlot.min.css');

function readUplot(name: string): string {
  const copied = new URL(`./uplot/${name}`, import.meta.url);
  if (existsSync(copied)) return readFileSync(copied, 'utf8');
  const folder = name === 'LICENSE' ? '' : 'dist/';
  return readFileSync(new URL(`../../node_modules/uplot/${folder}${name}`, import.meta.url), 'utf8');
}
