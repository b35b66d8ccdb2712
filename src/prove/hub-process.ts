// A hub as a process of its own, started for a scenario: it can be killed, stopped and started again at the same address
// with the same log. It is a real `holdfast serve`, and nothing is known of it but its address and its process.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HoldfastError } from '../base/errors.ts';
import { clockStepUnavailable, environmentForClock } from '../chaos/system/clock-step.ts';
import { mountSmallDisk, smallDiskUnavailable } from '../chaos/system/disk-full.ts';
import type { Undo } from '../chaos/system/system-fault.ts';
import type { Scenario } from './scenario-schema.ts';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 40_000;
const POLL_MS = 20;
const MAX_LOG_LENGTH = 16_384;

export type HubPlan = NonNullable<Scenario['hub']>;

export class HubProcess {
  /** The command line before `serve`: the runtime and the executable. */
  readonly #command: readonly string[];
  readonly #plan: HubPlan;
  readonly #usesClock: boolean;
  readonly #folder: string;
  readonly #unmount: Undo | undefined;
  #child: ChildProcess | undefined;
  #port = 0;
  #log = '';
  /** Whether it is meant to run: one that ends by itself is a failure of the run. */
  #isWanted = false;
  /** How it ended when nobody wanted that. */
  unexpectedEnd: string | undefined;

  private constructor(
    command: readonly string[],
    plan: HubPlan,
    usesClock: boolean,
    folder: string,
    unmount: Undo | undefined,
  ) {
    this.#command = command;
    this.#plan = plan;
    this.#usesClock = usesClock;
    this.#folder = folder;
    this.#unmount = unmount;
  }

  /** @throws HoldfastError ERR_FAULT_UNAVAILABLE where it needs a disk that cannot be made; ERR_UNREACHABLE. */
  static async start(command: readonly string[], plan: HubPlan, usesClock: boolean): Promise<HubProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-prove-'));
    let unmount: Undo | undefined;
    try {
      if (plan.disk !== undefined) {
        const why = smallDiskUnavailable();
        if (why !== undefined)
          throw new HoldfastError(
            'ERR_FAULT_UNAVAILABLE',
            `A small disk cannot be mounted: ${why}`,
            'Run as root',
          );
        unmount = await mountSmallDisk(folder, plan.disk);
      }
      const hub = new HubProcess(command, plan, usesClock, folder, unmount);
      await hub.start();
      return hub;
    } catch (error) {
      await unmount?.();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Where the log stands. */
  get folder(): string {
    return this.#folder;
  }

  /** The file that steps its clock. */
  get clock(): string {
    return join(tmpdir(), `${this.#folder.split('/').at(-1)}.clock`);
  }

  /** What it wrote last. */
  get log(): string {
    return this.#log;
  }

  /** Starts it, or starts it again where it was. @throws HoldfastError ERR_UNREACHABLE with what it said. */
  async start(): Promise<void> {
    const { log, workers, heartbeat, options } = this.#plan;
    const args = [
      'serve',
      ...[
        '--listen',
        `127.0.0.1:${this.#port}`,
        '--admin-listen',
        'off',
        '--log',
        log,
        '--log-level',
        'warn',
      ],
      ...(log === 'lmdb' ? ['--log-folder', join(this.#folder, 'log')] : []),
      ...['--heartbeat', `${heartbeat}ms`],
      ...(workers === undefined ? [] : ['--workers', String(workers)]),
      ...options,
    ];
    const hasClock = this.#usesClock && clockStepUnavailable() === undefined;
    const [path, ...before] = this.#command;
    const child = spawn(path!, [...before, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...(hasClock ? environmentForClock(this.clock) : {}) },
    });
    this.#child = child;
    this.#isWanted = true;
    const note = (text: string) => {
      this.#log = (this.#log + text).slice(-MAX_LOG_LENGTH);
    };
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stderr.setEncoding('utf8').on('data', note);
    child.on('error', (error) => note(error.message));
    child.on('exit', (code, signal) => {
      if (this.#isWanted && this.#child === child) this.unexpectedEnd = `it ended with ${signal ?? code}`;
    });
    const untilMs = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const port = /^Holdfast listens on http:\/\/\S+:(\d+)/m.exec(said)?.[1];
      if (port !== undefined) {
        this.#port = Number(port);
        return;
      }
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > untilMs) {
        this.#isWanted = false;
        child.kill('SIGKILL');
        throw new HoldfastError(
          'ERR_UNREACHABLE',
          `The hub did not start: ${this.#log.trim().split('\n').at(-1) ?? ''}`,
          `It was started with: ${args.join(' ')}`,
        );
      }
      await delay(POLL_MS);
    }
  }

  /** It may end from here on. */
  expectEnd(): void {
    this.#isWanted = false;
  }

  /** Waits for its end. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await once(child, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
  }

  /** SIGTERM, and SIGKILL when that is not enough. */
  async stop(): Promise<void> {
    this.expectEnd();
    this.#child?.kill('SIGTERM');
    await this.ended().catch(() => this.#child?.kill('SIGKILL'));
  }

  /** Ends it at once and removes all that was made for it. */
  async remove(): Promise<void> {
    this.expectEnd();
    this.#child?.kill('SIGKILL');
    await this.ended();
    await this.#unmount?.();
    await rm(this.#folder, { recursive: true, force: true });
    await rm(this.clock, { force: true });
  }
}
