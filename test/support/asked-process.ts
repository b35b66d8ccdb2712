// A child process of a test that is asked and answers. Neither side outlives the other: the child exits when the
// channel closes, however that happened, and is killed with the test that started it.

import { type ChildProcess, fork } from 'node:child_process';
import type { Cleanup } from './cleanup.ts';
import { within } from './wait-for.ts';

const ASK_LIMIT_MS = 60_000;
const EXIT_LIMIT_MS = 5000;

/** What a process can be asked, by name. Arguments and answers are structured clones. */
// biome-ignore lint/suspicious/noExplicitAny: each process says what its own questions take.
export type Asks = Readonly<Record<string, (...given: any[]) => unknown>>;

export interface ProcessPlace {
  /** A command that becomes the process, and its arguments up to those of Node.js. */
  readonly command?: readonly [path: string, ...args: string[]];
  readonly nodeArgs?: readonly string[];
}

interface Question {
  readonly number: number;
  readonly name: string;
  readonly given: readonly unknown[];
}

interface Answer {
  readonly number: number;
  readonly result?: unknown;
  readonly error?: string;
}

export class AskedProcess<A extends Asks> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  readonly #exited: Promise<void>;
  #asked = 0;
  #gone: Error | undefined;

  constructor(t: Cleanup, file: URL, { command = [process.execPath], nodeArgs = [] }: ProcessPlace = {}) {
    const [execPath, ...args] = command;
    this.#child = fork(file, {
      execPath,
      execArgv: [...args, '--disable-warning=ExperimentalWarning', ...nodeArgs],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.on('message', (answer: Answer) => this.#settle(answer));
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#lose(error);
        resolve();
      });
      this.#child.once('exit', (code, signal) => {
        this.#lose(new Error(`The process ${file.pathname} ended with ${signal ?? code}`));
        resolve();
      });
    });
    t.after(() => this.kill());
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Asks and waits for the answer, for as long as `limitMs`. */
  ask<N extends keyof A & string>(name: N, ...given: Parameters<A[N]>): Promise<Awaited<ReturnType<A[N]>>> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const number = ++this.#asked;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#child.send({ number, name, given } satisfies Question, (error) => error && this.#lose(error));
    });
    return within(`the answer to ${name}`, answer, ASK_LIMIT_MS) as Promise<Awaited<ReturnType<A[N]>>>;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await within('the end of a process', this.#exited, EXIT_LIMIT_MS);
  }

  #settle({ number, result, error }: Answer): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error));
  }

  #lose(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}

/** The child's side: answers what its parent asks until that one is gone. */
export function answerAsks(asks: Asks): void {
  process.on('message', ({ number, name, given }: Question) => {
    // A parent that has just gone needs no answer.
    const reply = (answer: Answer) => void process.send!(answer, undefined, undefined, () => {});
    const result = (async () => asks[name]!(...given))();
    result.then(
      (result) => reply({ number, result }),
      (error: Error) => reply({ number, error: error.stack ?? String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}
