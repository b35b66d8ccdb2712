// Runs one command line and answers its exit code:
//   0  done   1  done, and what was asked of the run is not met or not proven   2  the command line is not usable   3  the environment refuses: port, network, hub
// A failure that a user can meet is one line on stderr. Anything else is a bug in Holdfast: it is thrown on,
// so that Node prints its stack and exits with 1.

import { CommanderError } from '@commander-js/extra-typings';
import { HoldfastError } from '../base/errors.ts';
import { failureLine } from './failure-line.ts';
import { createProgram } from './program.ts';
import { usageFailure } from './usage-failure.ts';

export async function main(args: readonly string[]): Promise<number> {
  // A reader that goes away (`holdfast pub ... | head -1`) must not end a hub, nor print a stack.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const failure = error instanceof CommanderError ? usageFailure(error, args) : error;
    if (!(failure instanceof HoldfastError)) throw failure;
    process.stderr.write(`${failureLine(failure)}\n`);
    return failure.code === 'ERR_USAGE' || failure.code === 'ERR_BAD_SCENARIO' ? 2 : 3;
  }
}
