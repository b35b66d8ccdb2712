// What every HTML report carries with it: uPlot, the page's own script and its style sheet. The build copies
// uPlot into dist (scripts/build.ts), so that the installed package needs no other; a source tree has it in
// node_modules.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { pageScript } from './page-script.ts';

export interface PageAssets {
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
  /** For a `meta` element: only these scripts and styles, and nothing from anywhere. */
  readonly contentPolicy: string;
}

export function loadPageAssets(): PageAssets {
  const licence = `/*! uPlot ${readUplot('LICENSE').match(/Copyright .*/)?.[0] ?? ''}, MIT licence */\n`;
  const scripts = [licence + readUplot('uPlot.iife.min.js'), pageScript()].map(withoutEndTag);
  const styles = [
    readUplot('uPlot.min.css'),
    readFileSync(new URL('./page/report.css', import.meta.url), 'utf8'),
  ];
  return { scripts, styles, contentPolicy: contentPolicy(scripts, styles) };
}

function readUplot(name: string): string {
  const copied = new URL(`./page/uplot/${name}`, import.meta.url);
  if (existsSync(copied)) return readFileSync(copied, 'utf8');
  const folder = name === 'LICENSE' ? '' : 'dist/';
  return readFileSync(new URL(`../../node_modules/uplot/${folder}${name}`, import.meta.url), 'utf8');
}

// A script element ends at this text wherever it stands; within a JavaScript string `<\/` means the same.
const withoutEndTag = (script: string) => script.replaceAll('</script', '<\\/script');

function contentPolicy(scripts: readonly string[], styles: readonly string[]): string {
  const hashes = (texts: readonly string[]) =>
    texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ');
  return [
    "default-src 'none'",
    `script-src ${hashes(scripts)}`,
    `style-src ${hashes(styles)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
