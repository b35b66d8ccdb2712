// Keeps so many workers running: starts them, asks each second how they are, replaces those that end, shares the streams
// out among them. It never gives up on a place: a worker that keeps ending is started again after longer and longer waits.

import cluster from 'node:cluster';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Channel } from '../../base/peer.ts';
import { AT_ONCE } from '../../hub/drain-plan.ts';
import type { DrainOrder } from '../drain-order.ts';
import { workerFailure } from './failures.ts';
import { LIVED_WELL_MS, restartDelayMs } from './restart-delay.ts';
import { shareStreams } from './share-streams.ts';
import { Worker, type WorkerHost } from './worker.ts';
import type { WorkerPlan } from './worker-plan.ts';

const TICK_MS = 1000;
// Probes of several load balancers share one flight through all workers.
const READY_REUSE_MS = 5000;
// Beside what the canary itself may take: a worker that is stuck does not answer at all.
const READY_MARGIN_MS = 1000;
/** So many ends in a row are no accident: the hub is not ready. */
const MANY_FAILURES = 3;

export interface SupervisorOptions {
  readonly workers: number;
  readonly plan: WorkerPlan;
  /** The most streams of all workers together. */
  readonly maxStreams: number;
  readonly canaryTimeoutMs: number;
  readonly logger: Logger;
  readonly serveLog: (channel: Channel) => void;
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
  readonly #timer: NodeJS.Timeout;
  #isClosing = false;
  #hasStarted = false;
  #ready: { readonly startedMs: number; readonly flights: Promise<void> } | undefined;

  private constructor(options: SupervisorOptions) {
    this.#options = options;
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
      await supervisor.drain({ ...AT_ONCE, delayMs: 0 });
      throw error;
    }
    supervisor.#hasStarted = true;
    // One may have ended again since it listened.
    for (const { worker } of supervisor.#places) {
      if (worker.state === 'ended') supervisor.#onEnded(worker, 'while the others started');
    }
    return supervisor;
  }

  /** Every place, with its worker of now. */
  get places(): readonly Readonly<Place>[] {
    return this.#places;
  }

  /**
   * Resolves when a canary event has come out of a stream of every worker that is not full, now or within the last 5 s.
   *
   * @throws HoldfastError ERR_NOT_READY, ERR_HUB_FULL, ERR_HUB_CLOSED; what the log says.
   */
  checkReady(): Promise<void> {
    const nowMs = performance.now();
    if (this.#ready === undefined || nowMs - this.#ready.startedMs >= READY_REUSE_MS) {
      const flights = this.#flyCanaries();
      flights.catch(() => {});
      this.#ready = { startedMs: nowMs, flights };
    }
    return this.#ready.flights;
  }

  /** Has all workers end their streams and exit. From the first moment the hub is not ready. */
  async drain(order: DrainOrder): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    for (const place of this.#places) clearTimeout(place.timer);
    const workers = this.#everyone;
    // Together they send away no more than those that take them over may admit.
    const share = { ...order, maxPerSecond: Math.max(1, Math.floor(order.maxPerSecond / workers.length)) };
    await Promise.all(workers.map((worker) => worker.drain(share)));
  }

  /**
   * Starts a new worker for each place, and drains the one that had it. Places whose worker has ended are left: they get a
   * new one anyway.
   *
   * @throws HoldfastError of the worker that cannot be started; the places from there on keep theirs.
   */
  async replaceAll(order: DrainOrder): Promise<void> {
    for (const place of this.#places) {
      if (this.#isClosing) return;
      if (place.worker.state !== 'running') continue;
      const next = this.#startWorker(place.number);
      this.#others.add(next);
      await next.started.finally(() => this.#others.delete(next));
      const old = place.worker;
      place.worker = next;
      this.#others.add(old);
      this.#share();
      await old.drain(order).finally(() => this.#others.delete(old));
      this.#options.onWorkerEnded();
    }
  }

  /** At once, for a process that exits. */
  killAll(): void {
    for (const worker of this.#everyone) if (worker.state !== 'ended') worker.kill();
  }

  #openPlace(number: number): Place {
    return { number, worker: this.#startWorker(number), failures: 0, restarts: 0, timer: undefined };
  }

  #startWorker(number: number): Worker {
    const { plan, logger, serveLog } = this.#options;
    const host: WorkerHost = {
      plan,
      logger,
      serveLog,
      checkReady: () => this.checkReady(),
      mayPause: (worker) => this.#mayPause(worker),
      onReport: () => this.#share(),
      onEnded: (worker, how) => this.#onEnded(worker, how),
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
    const counts = running.map(({ report }) => report.streams);
    const shares = shareStreams(counts, this.#options.maxStreams, this.#options.plan.maxStreams);
    for (const [i, worker] of running.entries()) worker.setMaxStreams(shares[i]!);
  }

  #mayPause(asking: Worker): boolean {
    return this.#running.some((worker) => worker !== asking && worker.report.isAccepting);
  }

  #onEnded(worker: Worker, how: string): void {
    this.#options.onWorkerEnded();
    const place = this.#places.find((place) => place.worker === worker);
    // At the start of the hub whoever started it is told instead.
    if (this.#isClosing || !this.#hasStarted || place === undefined) return;
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
    if (running.length > 0 && !running.some(({ report }) => report.isAccepting)) running[0]!.accept();
  }

  #replace(place: Place): void {
    const { logger } = this.#options;
    place.restarts++;
    place.worker = this.#startWorker(place.number);
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

  async #flyCanaries(): Promise<void> {
    if (this.#isClosing) {
      throw new HoldfastError(
        'ERR_HUB_CLOSED',
        'The hub is ending its streams',
        'Reconnect in a few seconds.',
      );
    }
    const failing = this.#places.find(({ failures, worker }) => {
      const isYoung = performance.now() - worker.startedMs < LIVED_WELL_MS;
      return failures >= MANY_FAILURES && (worker.state !== 'running' || isYoung);
    });
    if (failing !== undefined) throw workerFailure(failing.number, 'keeps ending');
    const limitMs = this.#options.canaryTimeoutMs + READY_MARGIN_MS;
    const flights = await Promise.allSettled(this.#running.map((worker) => worker.flyCanary(limitMs)));
    const refusals = flights.flatMap((flight) => (flight.status === 'rejected' ? [flight.reason] : []));
    const isFull = (error: unknown) => error instanceof HoldfastError && error.code === 'ERR_HUB_FULL';
    const failure = refusals.find((refusal) => !isFull(refusal));
    if (failure !== undefined) throw failure;
    if (flights.length === 0) {
      throw new HoldfastError('ERR_NOT_READY', 'No worker of the hub runs', 'Look at the log of the hub.');
    }
    if (refusals.length === flights.length) throw refusals[0];
  }
}
