// The whole command line as one commander program. docs/cli.md is generated from what this returns.

import { readFileSync } from 'node:fs';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { defineChaos } from './chaos.ts';
import { defineCompletion } from './completion.ts';
import { defineDiagnose } from './diagnose.ts';
import { defineLoad } from './load.ts';
import { defineLog } from './log.ts';
import { defineProve } from './prove.ts';
import { definePub } from './pub.ts';
import { defineReport } from './report.ts';
import { defineServe } from './serve.ts';
import { defineSoak } from './soak.ts';
import { defineSub } from './sub.ts';

const examples = `
Begin with these, each in a terminal of its own:
  holdfast serve --demo --log memory
  holdfast sub 'host/*'
  holdfast pub greetings 'hello, world'

\`holdfast COMMAND --help\` tells all of a command. Exit codes: 0 done, 1 done but
not as asked, 2 the command line is not usable, 3 the environment refuses (port,
file, network, hub).
`;

export function createProgram(): Command {
  const program = new Command('holdfast')
    .description('Server-Sent Events that hold: a hub, and tools for any server of event streams.')
    .configureHelp({ subcommandTerm })
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    // main.ts prints failures, in one line and one form; help and version still go to stdout.
    .configureOutput({ writeErr: () => {} });
  program.commandsGroup('A hub and its events:');
  defineServe(program);
  definePub(program);
  defineSub(program);
  defineLog(program);
  program.commandsGroup('What a server of event streams really does:');
  defineLoad(program);
  defineSoak(program);
  defineReport(program);
  defineDiagnose(program);
  defineChaos(program);
  defineProve(program);
  program.commandsGroup('Your shell:');
  defineCompletion(program);
  program.addHelpText('after', examples);
  return program;
}

/** The name and what has to follow; that options may follow goes without saying. */
function subcommandTerm(command: CommandUnknownOpts): string {
  const operands = command.registeredArguments.map((operand) => {
    const name = `${operand.name()}${operand.variadic ? '...' : ''}`;
    return operand.required ? ` <${name}>` : ` [${name}]`;
  });
  return command.name() + operands.join('');
}

// The same depth below package.json as src/cli and as dist/cli.
function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
