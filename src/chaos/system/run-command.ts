// Runs a command of the system to its end, within a time limit.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toolPath } from './needs.ts';
import { faultFailed } from './system-fault.ts';

const TIMEOUT_MS = 20_000;
const execute = promisify(execFile);

/** @throws HoldfastError ERR_FAULT_FAILED with what the command said. */
export async function runCommand(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(toolPath(command) ?? command, args, { timeout: TIMEOUT_MS });
    return stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const said = (stderr ?? '').trim().split('\n')[0];
    throw faultFailed(`${command} ${args.join(' ')}`, new Error(said || message));
  }
}
