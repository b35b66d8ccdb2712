// What every HTML report carries with it: uPlot, the page's own script, and the style sheets.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { coloursFile, readUplotScript, readUplotStyles } from '../web/page-files.ts';
import { pageScript } from './page-script.ts';

export interface PageAssets {
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
  /** For a `meta` element: only these scripts and styles, and nothing from anywhere. */
  readonly contentPolicy: string;
}

export function loadPageAssets(): PageAssets {
  const scripts = [readUplotScript(), pageScript()].map(withoutEndTag);
  const own = new URL('./page/report.css', import.meta.url);
  const styles = [readUplotStyles(), ...[coloursFile, own].map((file) => readFileSync(file, 'utf8'))];
  return { scripts, styles, contentPolicy: contentPolicy(scripts, styles) };
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
