// Builds what is published: dist/, from nothing, so that no file of an earlier build can get in.

import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { basename, extname } from 'node:path';

const root = new URL('../', import.meta.url);
const compiler = new URL('node_modules/typescript/bin/tsc', root);

function compile(project: string): void {
  execFileSync(process.execPath, [compiler.pathname, '-p', project], { cwd: root, stdio: 'inherit' });
}

rmSync(new URL('dist', root), { recursive: true, force: true });
compile('tsconfig.build.json');
compile('tsconfig.page.json');
for (const folder of ['console/page', 'report/page', 'web']) {
  cpSync(new URL(`src/${folder}`, root), new URL(`dist/${folder}`, root), {
    recursive: true,
    filter: (path) => extname(path) !== '.ts',
  });
}
cpSync(new URL('src/prove/scenarios', root), new URL('dist/prove/scenarios', root), { recursive: true });
// The console serves uPlot and a report carries it, so the package has to have it; its licence goes with it.
for (const name of ['dist/uPlot.iife.min.js', 'dist/uPlot.min.css', 'LICENSE']) {
  cpSync(new URL(`node_modules/uplot/${name}`, root), new URL(`dist/web/uplot/${basename(name)}`, root));
}
chmodSync(new URL('dist/cli/bin.js', root), 0o755);
