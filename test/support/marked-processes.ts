// Finds the processes of one command line, its children among them: Node hands its own arguments down to them, so
// a title that no other process has marks them all, also those whose parent is gone.

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { waitFor } from './wait-for.ts';

export interface Mark {
  readonly nodeArgs: readonly string[];
  /** Those that run now. */
  pids(): number[];
  /** Waits until none is left. */
  gone(): Promise<unknown>;
}

export function markProcesses(): Mark {
  const title = `holdfast-test-${randomBytes(6).toString('hex')}`;
  const pids = () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && commandOf(name).includes(title))
      .map(Number);
  return {
    nodeArgs: [`--title=${title}`],
    pids,
    gone: () => waitFor('all processes to be gone', () => pids().length === 0),
  };
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    // It ended meanwhile.
    return '';
  }
}
