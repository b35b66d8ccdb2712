// Whether a hub of several processes is ready: a canary event has come out of a stream of every worker that is not full.

import { HoldfastError } from '../../base/errors.ts';
import { workerFailure } from './failures.ts';
import { LIVED_WELL_MS } from './restart-delay.ts';
import type { Worker } from './worker.ts';

// Probes of several load balancers share one flight through all workers.
const REUSE_MS = 5000;
// What failed is asked again sooner: it may have been a moment's matter.
const REUSE_FAILURE_MS = 1000;
// Beside what the canary itself may take: a worker that is stuck does not answer at all.
const MARGIN_MS = 1000;
/** So many ends in a row are no accident. */
export const MANY_FAILURES = 3;

/** Where a worker is, or is about to be again. */
interface WatchedPlace {
  readonly number: number;
  readonly worker: Pick<Worker, 'state' | 'startedMs' | 'flyCanary'>;
  readonly failures: number;
}

export class Readiness {
  readonly #places: readonly WatchedPlace[];
  readonly #canaryTimeoutMs: number;
  #last: { readonly startedMs: number; readonly flights: Promise<void>; reuseMs: number } | undefined;
  #isClosed = false;

  constructor(places: readonly WatchedPlace[], canaryTimeoutMs: number) {
    this.#places = places;
    this.#canaryTimeoutMs = canaryTimeoutMs;
  }

  /**
   * Resolves when the canaries have come out, now or within the last 5 s. A failure is told for 1 s.
   *
   * @throws HoldfastError ERR_NOT_READY, ERR_HUB_FULL, ERR_HUB_CLOSED; what the log says.
   */
  check(): Promise<void> {
    const nowMs = performance.now();
    if (this.#last === undefined || nowMs - this.#last.startedMs >= this.#last.reuseMs) {
      const flights = this.#fly();
      const last = { startedMs: nowMs, flights, reuseMs: REUSE_MS };
      flights.catch(() => {
        last.reuseMs = REUSE_FAILURE_MS;
      });
      this.#last = last;
    }
    return this.#last.flights;
  }

  /** From now on it is not ready. */
  close(): void {
    this.#isClosed = true;
    this.#last = undefined;
  }

  async #fly(): Promise<void> {
    if (this.#isClosed) {
      throw new HoldfastError(
        'ERR_HUB_CLOSED',
        'The hub is ending its streams',
        'Reconnect in a few seconds.',
      );
    }
    const failing = this.#places.find(isFailing);
    if (failing !== undefined) throw workerFailure(failing.number, 'keeps ending');
    const limitMs = this.#canaryTimeoutMs + MARGIN_MS;
    const running = this.#places.map(({ worker }) => worker).filter(({ state }) => state === 'running');
    const settled = await Promise.allSettled(running.map((worker) => worker.flyCanary(limitMs)));
    // One that has ended meanwhile, or drains, is not one of those that new streams come to.
    const flights = settled.filter(
      ({ status }, i) => status === 'fulfilled' || running[i]!.state === 'running',
    );
    const refusals = flights.flatMap((flight) => (flight.status === 'rejected' ? [flight.reason] : []));
    const failure = refusals.find((refusal) => !isFull(refusal));
    if (failure !== undefined) throw failure;
    if (flights.length === 0) {
      throw new HoldfastError('ERR_NOT_READY', 'No worker of the hub runs', 'Look at the log of the hub.');
    }
    if (refusals.length === flights.length) throw refusals[0];
  }
}

function isFailing({ failures, worker }: WatchedPlace): boolean {
  const isYoung = performance.now() - worker.startedMs < LIVED_WELL_MS;
  return failures >= MANY_FAILURES && (worker.state !== 'running' || isYoung);
}

function isFull(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'ERR_HUB_FULL';
}
