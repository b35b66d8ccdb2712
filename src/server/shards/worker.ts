// The primary's side of one worker process, from its start to its end.
//
//   starting --started--> running --drain--> draining --> ended
//       |                    |
//       +--failed, exit------+--exit, or killed: no answer for 10 s--> ended

import cluster, { type Worker as WorkerProcess } from 'node:cluster';
import type { HoldfastError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { type Channel, failureFrom, Peer } from '../../base/peer.ts';
import type { TcpLook } from '../../http/tcp-suspects.ts';
import { type DrainOrder, drainLimitMs } from '../drain-order.ts';
import type { WorkerFigures } from '../metrics/figures.ts';
import { PEER_NAME, type PrimaryCalls, type Report, type WorkerCalls } from './calls.ts';
import { rescueConnections } from './connections-on-their-way.ts';
import { workerFailure, workerLost } from './failures.ts';
import { channelToWorker } from './process-channel.ts';
import type { WorkerPlan } from './worker-plan.ts';

/** Questions that go unanswered for so many seconds, one each second, and the worker is killed. */
const MAX_UNANSWERED_TICKS = 10;
/** So many seconds may a worker take to listen. */
const MAX_STARTING_TICKS = 30;
/** With its streams gone and its channel closed, nothing keeps a worker. */
const EXIT_LIMIT_MS = 5000;
const REPORT_TIMEOUT_MS = 3_600_000;
const LAST_REPORT_MS = 2000;

export interface WorkerHost {
  readonly plan: WorkerPlan;
  readonly logger: Logger;
  /** Gives it the log. */
  serveLog(channel: Channel): void;
  checkReady(): Promise<void>;
  mayPause(worker: Worker): boolean;
  lookAtTcp(): Promise<TcpLook>;
  onReport(worker: Worker): void;
  onEnded(worker: Worker, how: string, wasAsked: boolean): void;
}

export class Worker {
  readonly number: number;
  readonly startedMs = performance.now();
  state: 'starting' | 'running' | 'draining' | 'ended' = 'starting';
  /** Whether its listener is open, as far as is known. */
  isAccepting = true;
  /** What it has counted, as it said last; undefined before. */
  figures: WorkerFigures | undefined;
  /** What kept it from starting, when it said so. */
  failure: HoldfastError | undefined;
  readonly #host: WorkerHost;
  readonly #process: WorkerProcess;
  readonly #peer: Peer<WorkerCalls, PrimaryCalls>;
  readonly #started = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #ticks = 0;
  #asking: Promise<void> | undefined;
  #maxStreams: number;

  /** Starts a process. */
  constructor(number: number, host: WorkerHost) {
    this.number = number;
    this.#host = host;
    this.#maxStreams = host.plan.maxStreams;
    this.#process = cluster.fork();
    rescueConnections(this.#process.process, () => host.mayPause(this));
    const channel = channelToWorker(this.#process);
    this.#peer = new Peer(channel, {
      name: PEER_NAME,
      unanswered: (why) => workerFailure(number, why),
      onBug: (error) => host.logger.error({ err: error, worker: number }, 'A worker could not be answered'),
    });
    host.serveLog(channel);
    this.#answer();
    // A process that cannot even be made says so here.
    this.#process.on('error', (error) => {
      host.logger.error({ err: error, worker: number }, 'A worker has failed');
      if (this.pid === undefined) this.#end(error.message);
    });
    this.#process.on('exit', (code, signal) => this.#end(signal ?? `exit code ${code}`));
    this.#started.promise.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#process.process.pid;
  }

  /** Resolves when it listens; rejects when it ends before. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Once a second: asks how it is, and kills it when it has not said so for too long. */
  tick(): void {
    if (this.state === 'ended') return;
    // How long that may take is bounded there.
    if (this.state === 'draining') {
      void this.refresh();
      return;
    }
    this.#ticks++;
    const most = this.state === 'starting' ? MAX_STARTING_TICKS : MAX_UNANSWERED_TICKS;
    if (this.#ticks > most) {
      const { number, pid, state } = this;
      this.#host.logger.error({ worker: number, pid, state }, `A worker is stuck (${most} s), and is killed`);
      this.kill();
    } else if (this.state === 'running') void this.refresh();
  }

  setMaxStreams(count: number): void {
    if (count === this.#maxStreams || this.state !== 'running') return;
    this.#maxStreams = count;
    this.#peer.tell('setMaxStreams', count);
  }

  get maxStreams(): number {
    return this.#maxStreams;
  }

  get streams(): number {
    return this.figures?.shard.stats.streams ?? 0;
  }

  /** Asks what it has counted. One question at a time; for as long as it does not answer, this waits. */
  refresh(): Promise<void> {
    this.#asking ??= this.#peer.ask('report', null, REPORT_TIMEOUT_MS).then(
      (report) => this.#take(report),
      () => {},
    );
    return this.#asking;
  }

  flyCanary(limitMs: number): Promise<void> {
    return this.#peer.ask('flyCanary', null, limitMs);
  }

  accept(): void {
    this.#peer.tell('accept', null);
  }

  /** How long `drain` may take, all told. */
  drainLimitMs(order: DrainOrder): number {
    return this.#streamsLimitMs(order) + LAST_REPORT_MS + EXIT_LIMIT_MS;
  }

  // What it has said of its streams is up to a second old, and more may come until the delay is over.
  #streamsLimitMs(order: DrainOrder): number {
    return drainLimitMs(order, Math.max(this.streams, this.#maxStreams));
  }

  /** Has it end its streams and exit; killed when that takes too long. */
  async drain(order: DrainOrder): Promise<void> {
    if (this.state === 'ended') return;
    if (this.state === 'draining') return this.ended;
    const isRunning = this.state === 'running';
    this.state = 'draining';
    const { number } = this;
    try {
      if (isRunning) {
        await this.#peer.ask('drain', order, this.#streamsLimitMs(order));
        // What it has counted to its end stays in the sums.
        this.#take(await this.#peer.ask('report', null, LAST_REPORT_MS));
      }
    } catch (error) {
      this.#host.logger.error({ err: error, worker: number }, 'A worker did not end its streams in time');
      this.kill();
    }
    // It exits when its channel closes.
    if (this.#process.isConnected()) this.#process.process.disconnect();
    const timer = setTimeout(() => this.kill(), isRunning ? EXIT_LIMIT_MS : 0);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#process.process.kill('SIGKILL');
  }

  #take({ figures, isAccepting }: Report): void {
    this.#asking = undefined;
    this.#ticks = 0;
    this.figures = figures;
    this.isAccepting = isAccepting;
    this.#host.onReport(this);
  }

  #answer(): void {
    const { plan, logger } = this.#host;
    const { number } = this;
    this.#peer.on('plan', () => plan);
    this.#peer.on('started', () => {
      if (this.state !== 'starting') return;
      this.state = 'running';
      this.#ticks = 0;
      this.#started.resolve();
    });
    this.#peer.on('failed', (failure) => {
      this.failure = failureFrom(failure);
    });
    this.#peer.on('checkReady', () => this.#host.checkReady());
    this.#peer.on('mayPause', () => {
      const may = this.#host.mayPause(this);
      if (may) this.isAccepting = false;
      return may;
    });
    this.#peer.on('resumed', () => {
      this.isAccepting = true;
    });
    this.#peer.on('lookAtTcp', () => this.#host.lookAtTcp());
    this.#peer.on('logLine', ({ level, values, message }) =>
      logger[level]({ worker: number, workerPid: this.pid, ...values }, message),
    );
  }

  #end(how: string): void {
    if (this.state === 'ended') return;
    const wasStarting = this.state === 'starting';
    const wasAsked = this.state === 'draining';
    this.state = 'ended';
    if (wasStarting) this.failure ??= workerLost(this.number, how);
    if (wasStarting) this.#started.reject(this.failure);
    this.#ended.resolve();
    this.#host.onEnded(this, how, wasAsked);
  }
}
