// The files of the console as the hub serves them, read once at start. In dist the built `.js` files are
// served; in a source tree the `.ts` files, with their types stripped. The browser gets the same paths either way.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname } from 'node:path';
import { withoutWarnings } from '../base/without-warnings.ts';

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
  '.ts': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads all files of the page; `folder` is another one in tests. */
export function loadConsoleAssets(folder = new URL('./page/', import.meta.url)): readonly ConsoleAsset[] {
  const names = readdirSync(folder).filter((name) => contentTypes[extname(name)] !== undefined);
  return names
    .filter(
      (name) => !name.endsWith('.d.ts') && !(name.endsWith('.ts') && existsSync(builtFile(name, folder))),
    )
    .map((name) => loadAsset(name, folder));
}

function loadAsset(name: string, folder: URL): ConsoleAsset {
  const body = readFileSync(new URL(name, folder));
  const isSource = name.endsWith('.ts');
  return {
    path: name === 'index.html' ? '/' : `/console/${isSource ? builtName(name) : name}`,
    contentType: contentTypes[extname(name)]!,
    body: isSource ? Buffer.from(stripPageSource(body.toString('utf8'))) : body,
  };
}

const builtName = (name: string) => name.replace(/\.ts$/, '.js');
const builtFile = (name: string, folder: URL) => new URL(builtName(name), folder);

// A browser takes a specifier as it is, so `./notices.ts` has to become what is served.
function stripPageSource(source: string): string {
  const script = withoutWarnings(() => stripTypeScriptTypes(source));
  return script.replace(/(\bfrom |^import )(['"]\.\/[^'"]+)\.ts(['"])/gm, '$1$2.js$3');
}
