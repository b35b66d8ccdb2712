// One child process of a run, asked and answered in turn. No child outlives its parent: it exits when the
// channel closes, however that happened.

import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { HoldfastError } from '../../base/errors.ts';

const ANSWER_TIMEOUT_MS = 60_000;
const EXIT_TIMEOUT_MS = 10_000;
// The events of a second are garbage at once. Left alone, V8 lets their space grow to 100 MiB, which is more than
// 15,000 streams cost.
const MAX_SEMI_SPACE_MIB = 2;

export class Child<To extends { kind: string }, From extends { kind: string }> {
  readonly #process: ChildProcess;
  readonly #name: string;
  #waiter:
    | { resolve: (message: From) => void; reject: (error: Error) => void; timer: NodeJS.Timeout }
    | undefined;
  #gone: Error | undefined;

  /** Starts the module of this folder, `.ts` from sources and `.js` when built. */
  constructor(name: string) {
    this.#name = name;
    const file = new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);
    this.#process = fork(file, {
      execArgv: [...process.execArgv, `--max-semi-space-size=${MAX_SEMI_SPACE_MIB}`],
      // A group of its own: Ctrl-C goes to the parent alone, also while this one is still starting.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#process.on('message', (message) => this.#settle()?.resolve(message as From));
    this.#process.on('error', (error) => this.#lose(error));
    this.#process.on('exit', (code, signal) => this.#lose(new Error(`it ended with ${signal ?? code}`)));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  tell(message: To): void {
    if (this.#process.connected) this.#process.send(message, (error) => error && this.#lose(error));
  }

  /** Tells it something and waits for its one answer. @throws HoldfastError ERR_GENERATOR_LOST. */
  ask(message: To): Promise<From> {
    if (this.#gone !== undefined) return Promise.reject(this.#lost(this.#gone));
    return new Promise<From>((resolve, reject) => {
      const timer = setTimeout(() => this.#lose(new Error('it does not answer')), ANSWER_TIMEOUT_MS);
      this.#waiter = { resolve, reject, timer };
      this.tell(message);
    });
  }

  /** Lets it end, and kills it when it does not. */
  async end(): Promise<void> {
    // One that could not be started emits 'error' and never 'exit'.
    if (this.#process.pid === undefined) return;
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), EXIT_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #settle() {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    clearTimeout(waiter?.timer);
    return waiter;
  }

  #lose(error: Error): void {
    this.#gone ??= error;
    this.#settle()?.reject(this.#lost(this.#gone));
  }

  #lost(cause: Error): HoldfastError {
    return new HoldfastError(
      'ERR_GENERATOR_LOST',
      `A process of the load generator was lost: ${this.#name}: ${cause.message}`,
      'Look at its messages above and at memory; use fewer streams, or a larger machine',
      { cause },
    );
  }
}
