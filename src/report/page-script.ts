// The script of the page as one text, since a page without a network cannot load modules. Each file of page/
// becomes a function scope of its own that hands its exports on; the files are few and ours, so that their
// imports and exports can be told by their first word.

import { readPageScript, sharedPageFolder } from '../web/page-files.ts';

/** In the order in which they need each other: those of all pages, then those of this one. */
const sharedFiles = ['theme', 'axes', 'uplot'];
const files = ['shading', 'line-plot', 'latency-plots', 'page'];

export function pageScript(folder = new URL('./page/', import.meta.url)): string {
  const scopes = [
    ...sharedFiles.map((name) => scopeOf(name, readPageScript(name, sharedPageFolder))),
    ...files.map((name) => scopeOf(name, readPageScript(name, folder))),
  ];
  return `(() => {\n'use strict';\nconst scopes = {};\n${scopes.join('')}})();\n`;
}

function scopeOf(name: string, script: string): string {
  const exported = Array.from(
    script.matchAll(/^export (?:const|function|class) (\w+)/gm),
    ([, export_]) => export_,
  );
  const body = script
    .replace(/^export \{\};?$/gm, '')
    .replace(
      /^import +(\{[^}]*\}) from '(?:\.\/|[./]+\/web\/page\/)([\w-]+)\.[jt]s';$/gm,
      "const $1 = scopes['$2'];",
    )
    .replace(/^export /gm, '');
  return `// ${name}\nscopes['${name}'] = (() => {\n${body.trim()}\nreturn { ${exported.join(', ')} };\n})();\n`;
}
