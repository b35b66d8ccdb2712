import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { undefinedColours } from '../../test/support/undefined-colours.ts';
import { type ConsoleAsset, loadConsoleAssets } from './assets.ts';

test('every file that the page asks for is served, with the type that a browser accepts', () => {
  const assets = new Map(loadConsoleAssets().map((asset) => [asset.path, asset]));
  const seen = new Set<string>();
  const open = (path: string, contentType: RegExp) => {
    const asset = assets.get(path);
    assert.ok(asset !== undefined, `${path} is asked for and not served`);
    assert.match(asset.contentType, contentType);
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, name] of textOf(asset).matchAll(/from '(\.[^']+)'/g)) {
      open(new URL(name!, `http://hub${path}`).pathname, /^text\/javascript/);
    }
  };
  open('/', /^text\/html; charset=utf-8$/);
  for (const [, path] of textOf(assets.get('/')!).matchAll(/(?:href|src)="([^"]+)"/g)) {
    open(new URL(path!, 'http://hub/').pathname, /^(text\/css|text\/javascript|image\/svg\+xml)/);
  }
  assert.ok(seen.has('/console/app.js') && seen.has('/console/colours.css'));
  assert.deepEqual(
    [...seen].sort(),
    [...assets.keys()].sort(),
    'a file is served that the page never asks for',
  );
});

test('the page has nothing that a strict content security policy forbids', () => {
  const html = textOf(loadConsoleAssets().find(({ path }) => path === '/')!);
  assert.doesNotMatch(html, /<style|style="|\son[a-z]+="|<script(?![^>]*\ssrc=)|https?:\/\/(?!HOST)/);
});

test('what is served of a source file is JavaScript', () => {
  for (const asset of loadConsoleAssets().filter(({ path }) => path.endsWith('.js'))) {
    assert.doesNotMatch(textOf(asset), /: (string|void|number)\b|\.ts'|interface /, asset.path);
  }
});

test('a built file is served instead of its source, and declarations never', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-assets-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'app.ts'), 'source: string;');
  writeFileSync(join(folder, 'app.js'), 'built');
  writeFileSync(join(folder, 'app.d.ts'), 'declare');
  writeFileSync(join(folder, 'notes.txt'), 'not for the web');
  const assets = loadConsoleAssets(pathToFileURL(`${folder}/`));
  const shared = assets.slice(1).map((asset) => [asset.path, textOf(asset)]);
  assert.deepEqual(
    assets.map((asset) => [asset.path, textOf(asset)]),
    [['/console/app.js', 'built'], ...shared],
  );
});

test('what is served needs no path above the page, so that a proxy may put it under one', () => {
  for (const asset of loadConsoleAssets()) {
    const text = textOf(asset);
    if (asset.path === '/') assert.doesNotMatch(text, /(?:href|src|action)="\//);
    for (const [, from] of text.matchAll(/^import .*from ['"](.*)['"]/gm))
      assert.match(from!, /^\.\/[\w-]+\.js$/);
    assert.doesNotMatch(text, /fetch\(['"`]\//, asset.path);
  }
});

test('every colour that its style sheets use is defined', () => {
  const styles = loadConsoleAssets().filter(({ path }) => path.endsWith('.css'));
  assert.ok(styles.length > 5);
  assert.deepEqual(undefinedColours(styles.map(textOf).join('')), []);
});

test('no two files of the page have one name', () => {
  const paths = loadConsoleAssets().map(({ path }) => path);
  assert.deepEqual(paths, [...new Set(paths)]);
});

test('loading prints no warning, and leaves the warnings of others alone', () => {
  const module = new URL('./assets.ts', import.meta.url).href;
  const script = `(await import(${JSON.stringify(module)})).loadConsoleAssets(); process.emitWarning('mine');`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /Warning: mine/);
  assert.doesNotMatch(stderr, /ExperimentalWarning/);
});

const textOf = (asset: ConsoleAsset) => asset.body.toString('utf8');
