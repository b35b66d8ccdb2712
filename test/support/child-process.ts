// Runs the command line as a real process, and ends it with the test that started it.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { waitFor, within } from './wait-for.ts';

const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));

/** Several processes that each read TypeScript take their time on a busy machine. */
const START_LIMIT_MS = 40_000;

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started `holdfast`: what it has written so far, and how it ends. */
export class CliProcess {
  readonly child: ChildProcessWithoutNullStreams;
  stdout = '';
  stderr = '';
  readonly #ended: Promise<number | null>;

  constructor(args: readonly string[], { nodeArgs = [], env = {}, maxFiles }: CliRun) {
    const command = [process.execPath, ...nodeArgs, bin, ...args];
    const bounded = ['sh', '-c', `ulimit -n ${maxFiles}; exec "$@"`, 'sh', ...command];
    const [file, ...rest] = maxFiles === undefined ? command : bounded;
    this.child = spawn(file!, rest, { env: { ...process.env, ...env } });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    // A command that refuses its input closes it; writing on is no failure of the test.
    this.child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve, reject) => {
      this.child.once('close', (code) => resolve(code));
      this.child.once('error', reject);
    });
  }

  async ended(limitMs = START_LIMIT_MS): Promise<CliResult> {
    const code = await within(`the end of the process; stderr: ${this.stderr}`, this.#ended, limitMs);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}

export interface CliRun {
  /** What the process reads from its standard input. */
  readonly input?: string | Uint8Array;
  /** Arguments for Node.js itself. */
  readonly nodeArgs?: readonly string[];
  /** What its environment has beside that of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** The most files that it, and each process that it starts, may have open. */
  readonly maxFiles?: number;
}

/** Starts `holdfast` with these arguments, and kills it at the end of the test if it still runs. */
export function startCli(t: TestContext, args: readonly string[], run: CliRun = {}): CliProcess {
  const started = new CliProcess(args, run);
  t.after(() => void started.child.kill('SIGKILL'));
  return started;
}

/** Runs `holdfast` to its end. */
export function runCli(t: TestContext, args: readonly string[], run: CliRun = {}): Promise<CliResult> {
  const started = startCli(t, args, run);
  started.child.stdin.end(run.input);
  return started.ended();
}

/** Starts `holdfast serve` on a free port and waits until it listens. Its log is in memory unless `args` say otherwise. */
export async function startServe(t: TestContext, args: readonly string[] = [], run: CliRun = {}) {
  const hub = startCli(
    t,
    ['serve', '--listen', '127.0.0.1:0', '--log', 'memory', '--workers', '1', ...args],
    run,
  );
  const url = await waitFor(
    'the hub to listen',
    () => {
      if (hub.child.exitCode !== null) throw new Error(`The hub ended: ${hub.stderr}`);
      return /^Holdfast listens on (\S+)/.exec(hub.stdout)?.[1];
    },
    START_LIMIT_MS,
  );
  return { hub, url };
}
