// Who carries the connections of a proxy: this process, or several others, since one has only so many open files and each
// connection takes two. All of them have the same faults; a connection has its number from here, so that chance hits the
// same ones however many processes there are.

import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import type { Fault } from '../fault.ts';
import { Carrier, type CarrierOptions, type CarrierStats, sumStats } from './carrier.ts';
import type { FromCarrier, ToCarrier } from './carrier-process.ts';

const ANSWER_TIMEOUT_MS = 30_000;

export interface Carriers {
  take(client: Socket, number: number): void;
  /** Resolves when all have them. */
  apply(faults: readonly Fault[]): Promise<void>;
  stats(): Promise<CarrierStats>;
  close(): Promise<void>;
}

/** @param onClosed - so many connections have closed. */
export function carryHere(options: CarrierOptions, onClosed: (count: number) => void): Carriers {
  const carrier = new Carrier(options, () => onClosed(1));
  return {
    take: (client, number) => carrier.take(client, number),
    apply: async (faults) => carrier.apply(faults),
    stats: async () => carrier.stats,
    close: async () => carrier.close(),
  };
}

/** @param onLost - a process has died, with its connections; another has taken its place. */
export function carryElsewhere(
  options: CarrierOptions,
  processes: number,
  onClosed: (count: number) => void,
  onLost: (why: string) => void,
): Carriers {
  let faults: readonly Fault[] = [];
  let isClosed = false;
  const start = (index: number): CarrierChild =>
    new CarrierChild(options, onClosed, (why) => {
      if (isClosed) return;
      onLost(why);
      children[index] = start(index);
      void children[index].ask({ kind: 'faults', faults }).catch(() => {});
    });
  const children: CarrierChild[] = [];
  for (let index = 0; index < processes; index++) children.push(start(index));
  const ask = async (question: Question) =>
    sumStats(await Promise.all(children.map((child) => child.ask(question))));
  return {
    take: (client, number) => children[number % processes]!.take(client, number),
    async apply(given) {
      faults = given;
      await ask({ kind: 'faults', faults });
    },
    stats: () => ask({ kind: 'stats' }),
    async close() {
      isClosed = true;
      await Promise.all(children.map((child) => child.end()));
    },
  };
}

type Question = { readonly kind: 'faults'; readonly faults: readonly Fault[] } | { readonly kind: 'stats' };

class CarrierChild {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<CarrierStats>>();
  #asked = 0;
  /** Handed over and not closed. */
  #open = 0;

  constructor(options: CarrierOptions, onClosed: (count: number) => void, onLost: (why: string) => void) {
    const file = new URL(`./carrier-process${extname(import.meta.url)}`, import.meta.url);
    this.#process = fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const close = (count: number) => {
      this.#open -= count;
      onClosed(count);
    };
    this.#process.on('message', (message: FromCarrier) => {
      if (message.kind === 'closed') close(message.count);
      else {
        this.#waiting.get(message.ask)?.resolve(message.stats);
        this.#waiting.delete(message.ask);
      }
    });
    this.#process.on('error', () => {});
    this.#process.on('exit', (code, signal) => {
      const why = `A process of the proxy ended with ${signal ?? code}`;
      for (const { reject } of this.#waiting.values()) reject(new Error(why));
      this.#waiting.clear();
      close(this.#open);
      onLost(why);
    });
    this.#tell({ kind: 'start', options });
  }

  take(client: Socket, number: number): void {
    this.#open++;
    // One that is dying closes what it was handed with all else.
    if (this.#process.connected)
      this.#process.send({ kind: 'take', number } satisfies ToCarrier, client, () => {});
    else client.destroy();
  }

  ask(question: Question): Promise<CarrierStats> {
    const ask = ++this.#asked;
    const answer = Promise.withResolvers<CarrierStats>();
    const timer = setTimeout(
      () => answer.reject(new Error('A process of the proxy does not answer')),
      ANSWER_TIMEOUT_MS,
    );
    this.#waiting.set(ask, answer);
    this.#tell({ ...question, ask });
    return answer.promise.finally(() => clearTimeout(timer));
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), ANSWER_TIMEOUT_MS);
    if (this.#process.connected) this.#process.disconnect();
    await exited;
    clearTimeout(timer);
  }

  #tell(message: ToCarrier): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }
}
