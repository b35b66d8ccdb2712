// Builds what is published: dist/, from nothing, so that no file of an earlier build can get in.

import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { extname } from 'node:path';

const root = new URL('../', import.meta.url);
const compiler = new URL('node_modules/typescript/bin/tsc', root);

function compile(project: string): void {
  execFileSync(process.execPath, [compiler.pathname, '-p', project], { cwd: root, stdio: 'inherit' });
}

rmSync(new URL('dist', root), { recursive: true, force: true });
compile('tsconfig.build.json');
compile('tsconfig.page.json');
cpSync(new URL('src/console/page', root), new URL('dist/console/page', root), {
  recursive: true,
  filter: (path) => extname(path) !== '.ts',
});
chmodSync(new URL('dist/cli/bin.js', root), 0o755);
