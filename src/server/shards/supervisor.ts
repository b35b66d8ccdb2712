// Keeps so many workers running: starts them, asks each second how they are, replaces those that end, shares the streams
// out among them. It never gives up on a place: a worker that keeps ending is started again after longer and longer waits.

import cluster from 'node:cluster';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../base/logger.ts';
import type { Channel } from '../../base/peer.ts';
import type { TcpLook } from '../../http/tcp-suspects.ts';
import { CLOSE_NOW, type DrainOrder } from '../drain-order.ts';
import { addFigures } from '../metrics/add-figures.ts';
import type { HubFigures, ShardFigures } from '../metrics/figures.ts';
import { MANY_FAILURES, Readiness } from './readiness.ts';
import { LIVED_WELL_MS, restartDelayMs } from './restart-delay.ts';
import type { Replaced } from './running-hub.ts';
import { shareRate } from './share-rate.ts';
import { shareStreams } from './share-streams.ts';
import { Worker, type WorkerHost } from './worker.ts';
import type { WorkerPlan } from './worker-plan.ts';

const TICK_MS = 1000;

export interface SupervisorOptions {
  readonly workers: number;
  readonly plan: WorkerPlan;
  /** The most streams of all workers together. */
  readonly maxStreams: number;
  readonly canaryTimeoutMs: number;
  readonly logger: Logger;
  readonly serveLog: (channel: Channel) => void;
  readonly lookAtTcp: () => Promise<TcpLook>;
  /** A worker has ended, however. */
  readonly onWorkerEnded: () => void;
}

/** A place that always has a worker, or waits for the next one. */
interface Place {
  readonly number: number;
  worker: Worker;
  /** Workers in a row that have ended early. */
  failures: number;
  restarts: number;
  timer: NodeJS.Timeout | undefined;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #places: Place[] = [];
  // Workers without a place: they are about to take one, or drain and have lost theirs.
  readonly #others = new Set<Worker>();
  readonly #readiness: Readiness;
  readonly #timer: NodeJS.Timeout;
  #isClosing = false;
  #hasStarted = false;
  // What ended workers have counted: counters never fall.
  #past: ShardFigures | undefined;

  private constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#readiness = new Readiness(this.#places, options.canaryTimeoutMs);
    cluster.setupPrimary({
      exec: fileURLToPath(new URL(`./worker-process${extname(import.meta.url)}`, import.meta.url)),
      args: [],
      serialization: 'advanced',
    });
    cluster.schedulingPolicy = cluster.SCHED_RR;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /**
   * Resolves when all workers listen.
   *
   * @throws HoldfastError of the worker that cannot: ERR_LISTEN, ERR_WORKER_LOST.
   */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    const supervisor = new Supervisor(options);
    try {
      // The first alone: what keeps it from starting keeps all of them.
      for (let number = 1; number <= options.workers; number++) {
        supervisor.#places.push(supervisor.#openPlace(number));
        if (number === 1) await supervisor.#places[0]!.worker.started;
      }
      await Promise.all(supervisor.#places.map(({ worker }) => worker.started));
    } catch (error) {
      await supervisor.drain(CLOSE_NOW);
      throw error;
    }
    supervisor.#hasStarted = true;
    // One may have ended again since it listened.
    for (const { worker } of supervisor.#places) {
      if (worker.state === 'ended') supervisor.#reopen(worker, 'while the others started');
    }
    return supervisor;
  }

  /** What the workers have counted: each is waited for until the limit, and its last known numbers are taken then. */
  async figures(limitMs: number): Promise<Pick<HubFigures, 'processes' | 'shards' | 'past' | 'workers'>> {
    const states = await Promise.all(
      this.#places.map(async ({ number, worker, restarts }) => {
        const isUp = worker.state === 'running' && (await within(worker.refresh(), limitMs));
        return { worker: number, isUp, restarts };
      }),
    );
    const known = this.#places.flatMap(({ number, worker: { figures, state } }) =>
      figures === undefined || state === 'ended' ? [] : [[`worker-${number}`, figures.process] as const],
    );
    return {
      processes: known,
      // Those that drain for a successor count as well; what has ended is in the past.
      shards: this.#everyone.flatMap(({ figures, state }) =>
        state === 'ended' ? [] : (figures?.shard ?? []),
      ),
      past: this.#past,
      workers: states,
    };
  }

  /** Has all workers end their streams and exit. From the first moment the hub is not ready. */
  async drain(order: DrainOrder): Promise<void> {
    this.#isClosing = true;
    this.#readiness.close();
    clearInterval(this.#timer);
    for (const place of this.#places) clearTimeout(place.timer);
    await Promise.all(this.#drainShares(order).map(({ worker, share }) => worker.drain(share)));
  }

  /** How long `drain` may take when it begins now: as long as the slowest worker. */
  drainLimitMs(order: DrainOrder): number {
    return Math.max(0, ...this.#drainShares(order).map(({ worker, share }) => worker.drainLimitMs(share)));
  }

  // Together they send away no more than those that take them over may admit.
  #drainShares(order: DrainOrder): { worker: Worker; share: DrainOrder }[] {
    const workers = this.#everyone.filter(({ state }) => state !== 'ended');
    const counts = workers.map(({ streams }) => streams);
    const rates = shareRate(counts, order.maxPerSecond);
    return workers.map((worker, i) => ({ worker, share: { ...order, maxPerSecond: rates[i]! } }));
  }

  /**
   * Starts a new worker for each place, and drains the one that had it. Places whose worker has ended are left: they get a
   * new one anyway. Answers with how many were replaced.
   *
   * @throws HoldfastError of the worker that cannot be started; the places from there on keep theirs.
   */
  async replaceAll(order: DrainOrder): Promise<Replaced> {
    let replaced = 0;
    for (const place of this.#places) {
      if (this.#isClosing) break;
      if (place.worker.state !== 'running') continue;
      const next = this.#startWorker(place.number);
      this.#others.add(next);
      await next.started.finally(() => this.#others.delete(next));
      const old = place.worker;
      // Should the old one have ended meanwhile: its place is taken.
      clearTimeout(place.timer);
      place.timer = undefined;
      place.worker = next;
      place.restarts++;
      this.#others.add(old);
      this.#share();
      await old.drain(order).finally(() => this.#others.delete(old));
      replaced++;
    }
    return { replaced, workers: this.#places.length };
  }

  /** At once, for a process that exits. */
  killAll(): void {
    for (const worker of this.#everyone) if (worker.state !== 'ended') worker.kill();
  }

  #openPlace(number: number): Place {
    return { number, worker: this.#startWorker(number), failures: 0, restarts: 0, timer: undefined };
  }

  #startWorker(number: number): Worker {
    const { plan, logger, serveLog, lookAtTcp } = this.#options;
    const host: WorkerHost = {
      plan,
      logger,
      serveLog,
      lookAtTcp,
      checkReady: () => this.#readiness.check(),
      mayPause: (worker) => this.#mayPause(worker),
      onReport: () => this.#share(),
      onEnded: (worker, how, wasAsked) => this.#onEnded(worker, how, wasAsked),
    };
    return new Worker(number, host);
  }

  #tick(): void {
    for (const worker of this.#everyone) worker.tick();
  }

  get #everyone(): Worker[] {
    return [...this.#places.map(({ worker }) => worker), ...this.#others];
  }

  get #running(): Worker[] {
    return this.#places.map(({ worker }) => worker).filter(({ state }) => state === 'running');
  }

  #share(): void {
    const running = this.#running;
    const counts = running.map(({ streams }) => streams);
    const shares = shareStreams(counts, this.#options.maxStreams, this.#options.plan.maxStreams);
    for (const [i, worker] of running.entries()) worker.setMaxStreams(shares[i]!);
  }

  #mayPause(asking: Worker): boolean {
    return this.#running.some((worker) => worker !== asking && worker.isAccepting);
  }

  #onEnded(worker: Worker, how: string, wasAsked: boolean): void {
    this.#options.onWorkerEnded();
    const { figures } = worker;
    if (figures !== undefined) {
      this.#past = this.#past === undefined ? figures.shard : addFigures(this.#past, figures.shard);
    }
    // At the start of the hub whoever started it is told instead.
    if (!wasAsked && !this.#isClosing && this.#hasStarted) this.#reopen(worker, how);
  }

  #reopen(worker: Worker, how: string): void {
    const place = this.#places.find((place) => place.worker === worker);
    if (place === undefined) return;
    const { failure: err, pid } = worker;
    this.#options.logger.error({ worker: place.number, pid, how, err }, 'A worker has ended');
    const livedMs = performance.now() - worker.startedMs;
    place.failures = livedMs >= LIVED_WELL_MS ? 1 : place.failures + 1;
    const delayMs = restartDelayMs(place.failures);
    const { number, failures } = place;
    if (failures >= MANY_FAILURES) {
      const values = { worker: number, failures, delayMs };
      this.#options.logger.error(values, 'A worker keeps ending; the hub is not ready until it stays');
    }
    place.timer = setTimeout(() => this.#replace(place), delayMs);
    // The others may all have closed their listeners, since this one had its own open.
    const running = this.#running;
    if (running.length > 0 && !running.some(({ isAccepting }) => isAccepting)) running[0]!.accept();
  }

  #replace(place: Place): void {
    const { logger } = this.#options;
    place.restarts++;
    try {
      place.worker = this.#startWorker(place.number);
    } catch (error) {
      // The system gives no process now, for want of memory, say.
      const delayMs = restartDelayMs(++place.failures);
      logger.error({ worker: place.number, err: error, delayMs }, 'A worker cannot be started');
      place.timer = setTimeout(() => this.#replace(place), delayMs);
      return;
    }
    const { worker } = place;
    worker.started.then(
      () => {
        logger.info({ worker: place.number, pid: worker.pid }, 'A worker was replaced');
        this.#share();
      },
      // Its end is told, and starts the next one.
      () => {},
    );
  }
}

/** Whether a promise that does not reject settles within the limit. */
async function within(promise: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, limitMs, false);
  });
  const isInTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return isInTime;
}
