// Whether a shard takes one more stream: it is open, has room, and does not get more at once than it can open beside
// serving those it has.

import { HoldfastError } from '../base/errors.ts';
import { OpenRate } from './open-rate.ts';

export interface AdmissionLimits {
  /** Streams that may be open. */
  readonly maxStreams: number;
  /** Streams that may be opened a second, on average. */
  readonly maxOpensPerSecond: number;
  /** Bytes that may wait for clients that catch up, in all, before no more of them are taken. */
  readonly maxReplayBytes: number;
}

export interface AdmissionHost {
  readonly isClosed: boolean;
  readonly streams: { readonly size: number };
  /** What of `maxStreams` is this shard's: all of it where there is no other. */
  readonly maxStreams: number;
  readonly replayBytes: number;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #host: AdmissionHost;
  readonly #openRate: OpenRate;
  /** Streams that were turned away. */
  refusedCount = 0;

  constructor(limits: AdmissionLimits, host: AdmissionHost) {
    this.#limits = limits;
    this.#host = host;
    this.#openRate = new OpenRate(limits.maxOpensPerSecond);
  }

  /** @throws HoldfastError ERR_HUB_CLOSED, ERR_HUB_FULL. */
  check(): void {
    if (this.#host.isClosed) throw closed();
    const { streams, maxStreams } = this.#host;
    if (streams.size >= maxStreams) throw full(streams.size, maxStreams);
  }

  /**
   * Takes one more stream into account; one that is turned away is told when to come back.
   *
   * @throws HoldfastError ERR_HUB_CLOSED, ERR_HUB_FULL, ERR_HUB_BUSY.
   */
  admit(hasHistory: boolean): void {
    try {
      this.check();
      this.#checkLoad(hasHistory);
    } catch (error) {
      this.refusedCount++;
      throw error;
    }
  }

  #checkLoad(hasHistory: boolean): void {
    const { maxReplayBytes, maxOpensPerSecond } = this.#limits;
    if (hasHistory && this.#host.replayBytes >= maxReplayBytes) throw tooMuchReplay(maxReplayBytes);
    const waitMs = this.#openRate.take(performance.now(), Math.random());
    if (waitMs > 0) throw tooManyOpens(maxOpensPerSecond, waitMs);
  }
}

function closed(): HoldfastError {
  return new HoldfastError('ERR_HUB_CLOSED', 'The hub is ending its streams', 'Reconnect in a few seconds.');
}

function full(streams: number, maxStreams: number): HoldfastError {
  return new HoldfastError(
    'ERR_HUB_FULL',
    `This process of the hub holds ${streams} streams, and may hold ${maxStreams}`,
    'Reconnect later, or raise `maxStreams` where memory and open files allow it.',
  );
}

function tooManyOpens(perSecond: number, waitMs: number): HoldfastError {
  return new HoldfastError(
    'ERR_HUB_BUSY',
    `More than ${perSecond} streams a second come to this hub, which is \`maxOpensPerSecond\``,
    `Come back in ${(waitMs / 1000).toFixed(1)} s.`,
    { retryAfterMs: waitMs },
  );
}

function tooMuchReplay(maxBytes: number): HoldfastError {
  return new HoldfastError(
    'ERR_HUB_BUSY',
    `Streams that catch up have more than ${maxBytes} bytes under way, which is \`maxReplayBytes\``,
    'Come back in some seconds.',
  );
}
