// What the primary and a worker ask and tell each other. The log has messages of its own (log/shared/messages.ts).

import type { Failure } from '../../base/peer.ts';
import type { TcpLook } from '../../http/tcp-suspects.ts';
import type { DrainOrder } from '../drain-order.ts';
import type { WorkerFigures } from '../metrics/figures.ts';
import type { WorkerPlan } from './worker-plan.ts';

/** What a worker says each second, and for each scrape, when it is asked. */
export interface Report {
  readonly figures: WorkerFigures;
  /** Whether its listener is open. */
  readonly isAccepting: boolean;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly level: LogLevel;
  readonly values: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** What the primary answers. */
export type PrimaryCalls = {
  plan(given: null): WorkerPlan;
  /** The worker listens. */
  started(given: null): void;
  /** The worker cannot start, and is about to exit. */
  failed(failure: Failure): void;
  /** Rejects with why the hub, all of it, is not ready. */
  checkReady(given: null): Promise<void>;
  /** Whether the worker, which is full, may close its listener: not when it would be the last. */
  mayPause(given: null): boolean;
  /** The listener of the worker is open again. */
  resumed(given: null): void;
  /** What a look at the machine's TCP sockets has found. */
  lookAtTcp(given: null): Promise<TcpLook>;
  logLine(line: LogLine): void;
};

/** What a worker answers. */
export type WorkerCalls = {
  report(given: null): Report;
  /** How many streams the worker may have. */
  setMaxStreams(count: number): void;
  /** Publishes an event, and resolves when it has come out of a stream of this worker. */
  flyCanary(given: null): Promise<void>;
  /** Open your listener, full or not: nobody else has one. */
  accept(given: null): void;
  /** End all streams and take no more connections, answer when the last has gone; the worker then exits. */
  drain(order: DrainOrder): Promise<void>;
};

export const PEER_NAME = 'hub';
