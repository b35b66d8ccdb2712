// Turns what commander says about a command line into a usage failure of ours.

import type { CommanderError } from '@commander-js/extra-typings';
import { HoldfastError } from '../base/errors.ts';

const commandNames = [
  'serve',
  'pub',
  'log',
  'load',
  'soak',
  'report',
  'diagnose',
  'chaos',
  'prove',
  'sub',
  'completion',
];

/** A mistake on the command line, which ends the process with exit code 2. */
export function usageError(message: string, help: string): HoldfastError {
  return new HoldfastError('ERR_USAGE', message, help);
}

/** The failure for a command line that commander refused. `args` tells which command's help to point to. */
export function usageFailure(error: CommanderError, args: readonly string[]): HoldfastError {
  const command = commandNames.find((name) => args[0] === name);
  const help = `Run \`holdfast${command === undefined ? '' : ` ${command}`} --help\` to see what it takes`;
  if (error.code === 'commander.help') return usageError('No command is given', help);
  // commander: "error: unknown option '--hartbeat'\n(Did you mean --heartbeat?)"
  const [what = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const sentence = what.charAt(0).toUpperCase() + what.slice(1);
  return usageError(sentence, suggestion === undefined ? help : suggestion.replace(/^\((.*)\)$/, '$1'));
}
