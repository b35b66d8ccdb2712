// The processes that the bench has started, each the leader of a group of its own. However the bench ends, they end
// before it: in order when there is time, by SIGKILL when there is not. Nothing else is ever signalled.

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';

const STOP_TIMEOUT_MS = 10_000;
const STDERR_TAIL = 2000;

const running = new Set<OwnProcess>();

// The last resort, also after a throw that nobody caught: exit handlers cannot wait.
process.on('exit', () => {
  for (const own of running) own.signal('SIGKILL');
});

export class OwnProcess {
  readonly pid: number;
  /** How it ended in words, with the last it wrote to stderr; never rejects. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #stderr = '';
  #end: string | undefined;
  #code: number | null = null;

  /** @param isShown - its output goes to the terminal; otherwise only the end of stderr is kept. */
  constructor(command: string, args: readonly string[], { env = process.env, isShown = false } = {}) {
    const output = isShown ? 'inherit' : 'pipe';
    const stdio: StdioOptions = ['ignore', isShown ? 'inherit' : 'ignore', output];
    const child = spawn(command, args, { env, stdio, detached: true });
    this.#child = child;
    this.pid = child.pid ?? 0;
    // Read to the end, or a server that complains much would stop in a write.
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        running.delete(this);
        const said = this.#stderr.trim();
        this.#end ??= said === '' ? how : `${how}: ${said.split('\n').at(-1)}`;
        resolve(this.#end);
      };
      child.once('error', (error) => end(error.message));
      child.once('close', (code, signal) => {
        this.#code = code;
        end(signal === null ? `ended with code ${code}` : `ended by ${signal}`);
      });
    });
    if (child.pid !== undefined) running.add(this);
  }

  /** How it ended; undefined while it runs. */
  get end(): string | undefined {
    return this.#end;
  }

  /** Undefined while it runs, null when a signal ended it. */
  get code(): number | null | undefined {
    return this.#end === undefined ? undefined : this.#code;
  }

  /** To it and all that it started. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid === 0) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // Nobody of the group is left.
    }
  }

  /** Asks it to end, and after a time makes it; what it left running ends too. */
  async stop(): Promise<void> {
    // Only the leader: it knows best how to end what it started.
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT_MS);
    await this.ended;
    clearTimeout(timer);
    this.signal('SIGKILL');
  }
}
