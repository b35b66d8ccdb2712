// What the documents say is what there is: codes, options, and the code blocks that come from examples.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { causePages } from '../scripts/cause-pages.ts';
import { optionsPage } from '../scripts/docs-options.ts';
import { errorKinds } from '../src/base/errors.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })];

test('docs/errors.md has a heading for each code, with its status, and for no other', () => {
  const sections = read('docs/errors.md').split(/^## /m).slice(1);
  const documented = sections.map((section) => section.split('\n', 1)[0]);
  assert.deepEqual(documented, Object.keys(errorKinds));
  for (const [i, [code, kind]] of Object.entries(errorKinds).entries()) {
    const status = 'status' in kind ? `\n\n${kind.status}. ` : '\n\n';
    assert.ok(sections[i]!.startsWith(code + status), `${code} does not begin with its status`);
  }
});

test('docs/options.md is what npm run docs writes', () => {
  assert.equal(read('docs/options.md'), optionsPage());
});

test('docs/causes is what npm run docs writes', () => {
  const wanted = causePages();
  assert.deepEqual(
    globSync('docs/causes/*', { cwd: root })
      .map((path) => path.slice('docs/causes/'.length))
      .sort(),
    [...wanted.keys()].sort(),
  );
  for (const [name, text] of wanted) assert.equal(read(`docs/causes/${name}`), text, name);
});

test('code blocks that name an example are that example', () => {
  let count = 0;
  for (const page of pages) {
    for (const [, path, code] of read(page).matchAll(/^<!-- from (\S+) -->\n```\w+\n(.*?)^```$/gms)) {
      assert.equal(code, read(path!), `${page} differs from ${path}`);
      count++;
    }
  }
  assert.ok(count >= 2, 'no block was found');
});

test('links between the documents lead somewhere', () => {
  const known = new Set([
    ...pages,
    ...globSync('*', { cwd: root }),
    ...globSync('{examples,docs/images}/*', { cwd: root }),
    ...globSync('docs/*.json', { cwd: root }),
  ]);
  for (const page of pages) {
    for (const [, target] of read(page).matchAll(/\]\((?!https?:)([^)#\s]+)/g)) {
      const path = new URL(target!, new URL(page, root)).pathname.slice(root.pathname.length);
      assert.ok(known.has(path), `${page} links to ${target}`);
    }
  }
});
