// The whole command line as one commander program. docs/cli.md is generated from what this returns.

import { readFileSync } from 'node:fs';
import { Command } from '@commander-js/extra-typings';
import { defineChaos } from './chaos.ts';
import { defineLoad } from './load.ts';
import { defineLog } from './log.ts';
import { definePub } from './pub.ts';
import { defineReport } from './report.ts';
import { defineServe } from './serve.ts';
import { defineSoak } from './soak.ts';
import { defineSub } from './sub.ts';

export function createProgram(): Command {
  const program = new Command('holdfast')
    .description('Server-Sent Events that hold.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    // main.ts prints failures, in one line and one form; help and version still go to stdout.
    .configureOutput({ writeErr: () => {} });
  defineServe(program);
  definePub(program);
  defineSub(program);
  defineLog(program);
  defineLoad(program);
  defineSoak(program);
  defineReport(program);
  defineChaos(program);
  return program;
}

// The same depth below package.json as src/cli and as dist/cli.
function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
