// What a scenario works with: a path of three namespaces, a server of streams at its end, clients at its other, and
// whatever stands between them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AskedProcess } from '../../support/asked-process.ts';
import type { Cleanup } from '../../support/cleanup.ts';
import { waitFor } from '../../support/wait-for.ts';
import { Hop } from './hop.ts';
import { readCounters } from './kernel-counters.ts';
import { makePath, type Path, type Place } from './path.ts';
import { type ProxyProgram, type RunningProxy, startProxy } from './proxy.ts';
import type { StreamClientAsks, StreamPlan, StreamState } from './stream-client-process.ts';
import type { Close, ServerPlan, StreamServerAsks } from './stream-server-process.ts';

const serverFile = new URL('./stream-server-process.ts', import.meta.url);
const clientFile = new URL('./stream-client-process.ts', import.meta.url);
const LIMIT_MS = 40_000;

export class Lab {
  readonly path: Path;
  readonly #cleanup: Cleanup;
  readonly #client: AskedProcess<StreamClientAsks>;
  #server: AskedProcess<StreamServerAsks>;
  #next: AskedProcess<StreamServerAsks> | undefined;

  private constructor(cleanup: Cleanup, path: Path) {
    this.#cleanup = cleanup;
    this.path = path;
    this.#client = new AskedProcess(cleanup, clientFile, path.client.place());
    this.#server = new AskedProcess(cleanup, serverFile, path.server.place());
  }

  static async make(cleanup: Cleanup): Promise<Lab> {
    return new Lab(cleanup, await makePath(cleanup));
  }

  get server(): AskedProcess<StreamServerAsks> {
    return this.#server;
  }

  get client(): AskedProcess<StreamClientAsks> {
    return this.#client;
  }

  /** Starts to serve, and answers the port. */
  serve(plan: ServerPlan): Promise<number> {
    return this.#server.ask('listen', plan);
  }

  /** Starts a process that can take the place of the server at once: `replaceServer` waits for it no more. */
  async standBy(): Promise<void> {
    this.#next = new AskedProcess(this.#cleanup, serverFile, this.path.server.place());
    await this.#next.ask('open');
  }

  /** A server in place of one that was killed. */
  async replaceServer(plan: ServerPlan): Promise<void> {
    if (this.#next === undefined) await this.standBy();
    this.#server = this.#next!;
    this.#next = undefined;
    await this.serve(plan);
  }

  /** Opens one stream after another, `gapMs` apart. */
  async open(plans: readonly StreamPlan[], gapMs = 0): Promise<void> {
    for (const [i, plan] of plans.entries()) {
      if (i > 0) await pause(gapMs);
      await this.#client.ask('open', plan);
    }
  }

  /** Waits until each of the streams has ended, as the client knows it. */
  async ended(count: number, limitMs = LIMIT_MS): Promise<void> {
    await this.untilStreams(
      `${count} streams to end`,
      (states) => states.filter(({ end }) => end !== undefined).length >= count,
      limitMs,
    );
  }

  async untilStreams(
    what: string,
    holds: (states: readonly StreamState[]) => boolean,
    limitMs = LIMIT_MS,
  ): Promise<void> {
    await waitFor(what, async () => holds(await this.#client.ask('states')), limitMs);
  }

  /** Waits until the server has so many streams open. */
  async serverHas(count: number, limitMs = LIMIT_MS): Promise<void> {
    await waitFor(
      `the server to have ${count} streams`,
      async () => (await this.#server.ask('open')) === count,
      limitMs,
    );
  }

  /** Waits until a counter of a kernel stands so high. */
  async kernelCounts(place: Place, counter: string, least: number): Promise<void> {
    await waitFor(
      `${counter} of the ${place} to be ${least}`,
      () => (readCounters(this.path[place].pid).get(counter) ?? 0) >= least,
      LIMIT_MS,
    );
  }

  closeAll(how: Close): Promise<void> {
    return this.#server.ask('closeAll', how);
  }

  /** Puts a hop of user space between the router's two devices. */
  hop(): Promise<Hop> {
    return Hop.start(this.#cleanup, this.path.router);
  }

  /** Starts a proxy on the router with this configuration. */
  proxy(program: ProxyProgram, configuration: string): Promise<RunningProxy> {
    return startProxy(this.#cleanup, this.path.router, program, configuration, this.folder());
  }

  /** A folder that is gone at the end. */
  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-lab-'));
    this.#cleanup.after(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }
}

/** Lets time pass: the scenarios are about timers. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
