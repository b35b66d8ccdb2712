// Holds the arrows of the house as data, and every source file against them.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { posix, sep } from 'node:path';
import { describe, it } from 'node:test';
import { type ImportTable, importsOf, violationsOf } from './support/import-check.ts';

const table: ImportTable = {
  base: { folders: [], browser: true },
  wire: { folders: ['base'], browser: true },
  log: { folders: ['base', 'wire'] },
  hub: { folders: ['base', 'wire', 'log'] },
  http: { folders: ['base', 'wire', 'hub'] },
  server: { folders: ['base', 'log', 'hub', 'http'] },
  client: { folders: ['base', 'wire'], browser: true },
  load: { folders: ['base', 'wire'] },
  chaos: { folders: ['base'] },
  prove: { folders: ['base', 'load', 'chaos'] },
  diagnose: { folders: ['base', 'wire'] },
  // What more than one page needs: how their files are read, in Node, and scripts that run in each.
  web: { folders: ['base'] },
  'web/page': { folders: [], browser: true, types: ['uplot'] },
  report: { folders: ['base', 'web', 'report/page'] },
  'report/page': { folders: ['web/page'], browser: true, types: ['uplot'] },
  // Beside the page stands what hands its files out, in Node.
  console: { folders: ['base', 'web'] },
  'console/page': { folders: ['client', 'web/page'], browser: true, types: ['uplot'] },
  cli: { folders: '*' },
  // The files right in src/: the faces of the package.
  '.': { folders: '*' },
};

const root = new URL('../', import.meta.url);

function sourceFiles(): string[] {
  return readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join('src', name.replaceAll(sep, '/')))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'));
}

describe('the house', () => {
  it('has no import that its table does not allow', () => {
    const files = sourceFiles();
    assert.ok(files.includes('src/wire/parser.ts'), 'reads the sources');
    assert.deepEqual(
      files.flatMap((path) => violationsOf(path, readFileSync(new URL(path, root), 'utf8'), table)),
      [],
    );
  });

  it('has no arrow back: no folder reaches itself through others', () => {
    const reach = (folder: string, seen: Set<string>): Set<string> => {
      const { folders } = table[folder]!;
      for (const next of folders === '*' ? [] : folders) {
        if (!seen.has(next)) reach(next, seen.add(next));
      }
      return seen;
    };
    for (const folder of Object.keys(table)) assert.ok(!reach(folder, new Set()).has(folder), folder);
  });

  it('lets what runs in a browser import only what runs in a browser', () => {
    for (const [folder, { folders, browser }] of Object.entries(table)) {
      if (!browser) continue;
      assert.ok(folders !== '*' && folders.every((name) => table[name]!.browser), folder);
    }
  });
});

describe('importsOf', () => {
  it('finds every form of import and export', () => {
    const source = `
import './a.ts';
import b from './b.ts';
import type { C } from './c.ts';
import {
  d,
  type D,
} from "./d.ts";
import * as e from 'node:fs';
import f, { g } from 'package/sub';
export * from './h.ts';
export { i } from './i.ts';
export type { J } from './j.ts';
import data from './k.json' with { type: 'json' };
const l = await import('./l.ts');
const lazily = () => import(
  './m.ts'
);
type N = import('./n.ts').N;
const o = require('./o.ts');
const p = process.getBuiltinModule('node:os');
const q = await import('./q.json', { with: { type: 'json' } });
const r = await import(name);
const s = await import(\`./\${name}.ts\`);
`;
    assert.deepEqual(importsOf(source), [
      ...[
        './a.ts',
        './b.ts',
        './c.ts',
        './d.ts',
        'node:fs',
        'package/sub',
        './h.ts',
        './i.ts',
        './j.ts',
        './k.json',
      ],
      ...['./l.ts', './m.ts', './n.ts', './o.ts', 'node:os', './q.json'],
      ...['computed: name', `computed: \`./\${name}.ts\``],
    ]);
  });

  it('takes neither comments nor other code for imports', () => {
    const source = `
// import a from './a.ts';
/* import b from './b.ts'; */
/**
 * import c from './c.ts'; await import('./c.ts')
 */
export const d = './d.ts';
export function from(text: string) { return 'e'; }
const url = new URL('./f.ts', import.meta.url);
export default 'important';
const text = "say: import g from './g.ts'";
`;
    assert.deepEqual(importsOf(source), []);
  });
});

describe('violationsOf', () => {
  const check = (path: string, source: string) => violationsOf(path, source, table).length;

  it('sees each planted violation', () => {
    const planted: [path: string, source: string][] = [
      ['src/base/a.ts', "import { encodeEvent } from '../wire/index.ts';"],
      ['src/base/a.ts', "import type { Hub } from '../hub/hub.ts';"],
      ['src/base/a.ts', "import { readFileSync } from 'node:fs';"],
      ['src/wire/a.ts', "import { z } from 'zod';"],
      ['src/wire/a.ts', "const { Buffer } = await import('node:buffer');"],
      ['src/wire/deep/a.ts', "import { ring } from '../../log/ring.ts';"],
      ['src/client/a.ts', "export * from '../hub/hub.ts';"],
      ['src/client/a.ts', "import 'eventsource';"],
      ['src/log/a.ts', "import { Hub } from '../hub/hub.ts';"],
      ['src/hub/a.ts', "import { router } from '../http/router.ts';"],
      ['src/hub/a.ts', "import { all } from '../index.ts';"],
      ['src/http/a.ts', "import { log } from '../log/event-log.ts';"],
      ['src/console/a.ts', "import { Hub } from '../hub/hub.ts';"],
      ['src/console/a.ts', "import { app } from './page/app.ts';"],
      ['src/console/page/a.ts', "import { assets } from '../assets.ts';"],
      ['src/console/page/a.ts', "import { html } from 'node:fs';"],
      ['src/console/page/a.ts', "import Plot from 'uplot';"],
      ['src/web/page/a.ts', "import type { App } from '../../console/page/app.ts';"],
      ['src/hub/a.ts', "import { waitFor } from '../../test/support/wait-for.ts';"],
      ['src/cli/a.ts', "import { waitFor } from '../../test/support/wait-for.ts';"],
      ['src/cli/a.ts', "import { cases } from './a.test.ts';"],
      ['src/cli/a.ts', "import { Hub } from 'holdfast';"],
      ['src/cli/a.ts', 'const command = await import(path);'],
      ['src/helpers/a.ts', ''],
    ];
    for (const [path, source] of planted) assert.equal(check(path, source), 1, `${path}: ${source}`);
  });

  it('lets pass what the table allows', () => {
    const allowed: [path: string, source: string][] = [
      [
        'src/wire/a.ts',
        "import { shorten } from '../base/options.ts';\nimport { CR } from './line-ends.ts';",
      ],
      [
        'src/hub/deep/a.ts',
        "import { Hub } from '../hub.ts';\nimport { log } from '../../log/event-log.ts';",
      ],
      ['src/http/a.ts', "import { createServer } from 'node:http';\nimport { Hub } from '../hub/hub.ts';"],
      [
        'src/console/page/a.ts',
        "import { connect } from '../../client/index.ts';\nimport { b } from './b.ts';\nimport type Plot from 'uplot';",
      ],
      ['src/console/assets.ts', "import { readFileSync } from 'node:fs';"],
      ['src/cli/a.ts', "import { Hub } from '../hub/hub.ts';\nimport { pino } from 'pino';"],
      ['src/index.ts', "export { Hub } from './hub/hub.ts';"],
    ];
    for (const [path, source] of allowed) assert.deepEqual(violationsOf(path, source, table), []);
  });
});
