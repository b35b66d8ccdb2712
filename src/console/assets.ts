// The files of the console as the hub serves them, read once at start: those of page/, and what all pages share.
// Scripts of a source tree are served with their types stripped; the browser gets the same paths either way.

import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import {
  coloursFile,
  readPageScript,
  readUplotScript,
  readUplotStyles,
  sharedPageFolder,
} from '../web/page-files.ts';

export interface ConsoleAsset {
  /** The path of the URL: `/` is the page, all else is under `/console/`. */
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads all files of the page; `folder` is another one in tests. */
export function loadConsoleAssets(folder = new URL('./page/', import.meta.url)): readonly ConsoleAsset[] {
  const files = [
    ...plainFiles(folder),
    ...scripts(folder),
    ...scripts(sharedPageFolder),
    ['colours.css', readFileSync(coloursFile)],
    ['uplot.css', readUplotStyles()],
    ['uplot-classic.js', readUplotScript()],
  ] as const;
  return files.map(([name, body]) => ({
    path: name === 'index.html' ? '/' : `/console/${name}`,
    contentType: contentTypes[extname(name)]!,
    body: Buffer.from(body),
  }));
}

const plainFiles = (folder: URL) =>
  readdirSync(folder)
    .filter((name) => ['.html', '.css', '.svg'].includes(extname(name)))
    .map((name) => [name, readFileSync(new URL(name, folder))] as const);

function scripts(folder: URL): (readonly [name: string, script: string])[] {
  const names = readdirSync(folder).flatMap((name) => /^([\w-]+)\.[jt]s$/.exec(name)?.[1] ?? []);
  return [...new Set(names)].map((name) => [`${name}.js`, asServed(readPageScript(name, folder))]);
}

// A browser takes a specifier as it is, and all scripts are served from one folder.
const asServed = (script: string) =>
  script.replace(/(\bfrom |^import )(['"])(?:\.\/|[./]+\/web\/page\/)([\w-]+)\.[jt]s\2/gm, '$1$2./$3.js$2');
