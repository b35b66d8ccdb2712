// Runs the built `holdfast load` and `holdfast report` as a person would.

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RunningPeer } from './peer-process.ts';

const bin = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url));
const results = fileURLToPath(new URL('results/', import.meta.url));

/** Loads the peer and answers the result file. */
export async function load(name: string, peer: RunningPeer, args: readonly string[]): Promise<string> {
  mkdirSync(results, { recursive: true });
  const output = `${results}${name}.ndjson`;
  await run(['load', peer.url, '--pid', String(peer.pid), ...peer.publishArgs, ...args, '--output', output]);
  return output;
}

/** Reports result files, `NAME=FILE` each. */
export async function report(files: readonly string[], args: readonly string[] = []): Promise<void> {
  await run(['report', ...files, ...args]);
}

export const resultFile = (name: string): string => `${results}${name}`;

function run(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { stdio: 'inherit' });
    child.on('error', reject);
    // 1 is a verdict, not a failure of the bench.
    child.on('exit', (code) =>
      code === 0 || code === 1 ? resolve() : reject(new Error(`holdfast ended with ${code}`)),
    );
  });
}
