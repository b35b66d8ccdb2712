// Makes the faults of a timeline when they are due, undoes them, and writes down what was done when. A fault that cannot
// be made is no end of the run: the verdict says that nothing was proven about it.

import { setTimeout as delay } from 'node:timers/promises';
import { HoldfastError } from '../base/errors.ts';
import type { FaultProxy } from '../chaos/proxy/fault-proxy.ts';
import { systemFaultKinds } from '../chaos/system/kinds.ts';
import { makeSystemFault } from '../chaos/system/system-fault.ts';
import type { FaultRecord } from '../load/result.ts';
import type { HubProcess } from './hub-process.ts';
import type { Occurrence } from './timeline.ts';

export interface FaultTargets {
  readonly proxy: FaultProxy | undefined;
  /** A hub of ours, which can be started again. */
  readonly hub: HubProcess | undefined;
  /** A server that is not ours, where its process is known. */
  readonly pid: number | undefined;
  /** Its workers, or those of the hub. */
  workers(): Promise<readonly number[]>;
}

const ENDING = ['kill', 'oom-kill', 'heap-exhaustion', 'memory-limit'];
const RESTART_MS = 1000;

export class FaultRunner {
  readonly #targets: FaultTargets;
  readonly #onRecord: (record: FaultRecord) => void;
  readonly records: FaultRecord[] = [];
  readonly #undos = new Set<() => Promise<void>>();
  readonly #running = new Set<Promise<void>>();
  #startMs = 0;
  #offsetMs = 0;
  #worker = 0;

  constructor(targets: FaultTargets, onRecord: (record: FaultRecord) => void) {
    this.#targets = targets;
    this.#onRecord = onRecord;
  }

  /** Runs the timeline from now on, which is `startMs` on the clock that records are written in. */
  async run(timeline: readonly Occurrence[], startMs: number, signal: AbortSignal): Promise<void> {
    this.#startMs = performance.now() - startMs;
    this.#offsetMs = startMs;
    for (const occurrence of timeline) {
      if (!(await this.#until(occurrence.atMs + this.#offsetMs, signal))) return;
      const running = this.#make(occurrence, signal).finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
  }

  /** Undoes what is left, and waits for what is under way. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
    for (const undo of [...this.#undos]) await undo().catch(() => {});
  }

  get #atMs(): number {
    return performance.now() - this.#startMs;
  }

  async #make(occurrence: Occurrence, signal: AbortSignal): Promise<void> {
    const { name, untilMs } = occurrence;
    const record: FaultRecord = { kind: 'fault', name, atMs: this.#atMs, detail: '' };
    try {
      const { detail, undo } = await this.#begin(occurrence);
      let done: FaultRecord = { ...record, detail };
      // A server that was started again took its time.
      if (undo === undefined && this.#atMs - record.atMs > 100) done = { ...done, untilMs: this.#atMs };
      if (undo !== undefined) {
        this.#undos.add(undo);
        const isOver = await this.#until((untilMs ?? Number.POSITIVE_INFINITY) + this.#offsetMs, signal);
        // What lasts to the end is left on until all is settled.
        if (isOver) {
          await undo();
          this.#undos.delete(undo);
        }
        done = { ...done, untilMs: this.#atMs };
      }
      this.#note(done);
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      this.#note({ ...record, problem: error.message });
    }
  }

  async #begin(
    occurrence: Occurrence,
  ): Promise<{ readonly detail: string; readonly undo?: (() => Promise<void>) | undefined }> {
    const { what } = occurrence;
    if (what.kind === 'action') return { detail: await this.#act(what.action) };
    if (what.kind === 'system') return this.#beginSystem(occurrence, what.fault, what.options);
    const { proxy } = this.#targets;
    const fault = await proxy!.add({ ...what.fault, name: undefined });
    const { direction, probability, seed, options } = fault;
    return {
      detail: JSON.stringify({ direction, probability, seed, ...options }),
      // A cut that is done at once is over when it is made; the next connections are not meant.
      undo: async () => void (await proxy!.remove(fault.name)),
    };
  }

  async #beginSystem(
    { of, restartMs }: Occurrence,
    name: string,
    given: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly detail: string; readonly undo?: (() => Promise<void>) | undefined }> {
    const kind = systemFaultKinds.find((known) => known.kind === name)!;
    const { hub } = this.#targets;
    const options = { ...(await this.#defaults(kind.options, of)), ...given };
    const ends = ENDING.includes(name) && of === 'server';
    if (ends) hub?.expectEnd();
    const made = await makeSystemFault(kind, options);
    const detail = JSON.stringify(options);
    if (!ends || hub === undefined) return { detail, undo: made.isNeeded ? made : undefined };
    await hub.ended();
    await made();
    await delay(restartMs ?? RESTART_MS);
    await hub.start();
    return { detail: `${detail}; started again` };
  }

  /** What a fault needs to know of the server and a scenario need not say. */
  async #defaults(table: object, of: 'server' | 'worker'): Promise<Record<string, unknown>> {
    const { hub, pid } = this.#targets;
    const defaults: Record<string, unknown> = {};
    if ('pid' in table) defaults.pid = of === 'worker' ? await this.#nextWorker() : (hub?.pid ?? pid);
    if ('folder' in table) defaults.folder = hub?.folder;
    if ('port' in table) defaults.port = hub?.port;
    if ('file' in table) defaults.file = hub?.clock;
    return Object.fromEntries(Object.entries(defaults).filter(([, value]) => value !== undefined));
  }

  /** One after the other, so that each has its turn. */
  async #nextWorker(): Promise<number> {
    const workers = await this.#targets.workers();
    const worker = workers[this.#worker++ % Math.max(1, workers.length)];
    if (worker !== undefined) return worker;
    throw new HoldfastError('ERR_FAULT_UNAVAILABLE', 'The server has no workers', 'Start it with several');
  }

  async #act(action: 'restart' | 'deploy'): Promise<string> {
    const { hub } = this.#targets;
    if (hub === undefined)
      throw new HoldfastError('ERR_FAULT_UNAVAILABLE', 'The server is not ours to restart', 'Test a hub');
    if (action === 'restart') {
      await hub.stop();
      await hub.start();
      return 'stopped with SIGTERM and started again';
    }
    if ((await this.#targets.workers()).length === 0)
      throw new HoldfastError(
        'ERR_FAULT_UNAVAILABLE',
        'The hub has no workers to replace',
        'Give it workers',
      );
    process.kill(hub.pid, 'SIGHUP');
    return 'SIGHUP: workers are replaced one by one';
  }

  #note(record: FaultRecord): void {
    this.records.push(record);
    this.#onRecord(record);
  }

  /** Whether the time came before the run was ended. */
  async #until(atMs: number, signal: AbortSignal): Promise<boolean> {
    const waitMs = Math.min(Math.max(0, atMs - this.#atMs), 2_147_483_647);
    try {
      await delay(waitMs, undefined, { signal });
      return true;
    } catch {
      return false;
    }
  }
}
