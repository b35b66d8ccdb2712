// The script of the page as one text, since a page without a network cannot load modules. Each file of page/
// becomes a function scope of its own that hands its exports on; the files are few and ours, so that their
// imports and exports can be told by their first word. In dist the built `.js` files are read, in a source
// tree the `.ts` files, with their types stripped.

import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { withoutWarnings } from '../base/without-warnings.ts';

/** In the order in which they need each other. */
const files = ['theme', 'axes', 'shading', 'uplot', 'line-plot', 'latency-plots', 'page'];

export function pageScript(folder = new URL('./page/', import.meta.url)): string {
  const scopes = files.map((name) => scopeOf(name, readScript(name, folder)));
  return `(() => {\n'use strict';\nconst scopes = {};\n${scopes.join('')}})();\n`;
}

function readScript(name: string, folder: URL): string {
  const built = new URL(`${name}.js`, folder);
  if (existsSync(built)) return readFileSync(built, 'utf8');
  const source = readFileSync(new URL(`${name}.ts`, folder), 'utf8');
  return withoutWarnings(() => stripTypeScriptTypes(source));
}

function scopeOf(name: string, script: string): string {
  const exported = Array.from(
    script.matchAll(/^export (?:const|function|class) (\w+)/gm),
    ([, export_]) => export_,
  );
  const body = script
    .replace(/^export \{\};?$/gm, '')
    .replace(/^import +(\{[^}]*\}) from '\.\/([\w-]+)\.[jt]s';$/gm, "const $1 = scopes['$2'];")
    .replace(/^export /gm, '');
  return `// ${name}\nscopes['${name}'] = (() => {\n${body.trim()}\nreturn { ${exported.join(', ')} };\n})();\n`;
}
