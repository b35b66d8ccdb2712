// A hub that runs, in one process or several: what `holdfast serve` does with it is the same.

import type { DrainOrder } from '../drain-order.ts';
import type { HostEvent } from '../host-sample.ts';
import type { HubFigures } from '../metrics/figures.ts';

export interface Replaced {
  readonly replaced: number;
  /** How many there are. */
  readonly workers: number;
}

export interface RunningHub {
  readonly url: string;
  /** Publishes events of the hub's own. */
  publish(events: readonly HostEvent[]): Promise<readonly unknown[]>;
  /** What all its processes count; each is waited for a bounded time. */
  figures(): Promise<HubFigures>;
  /** Closes without a crowd: is not ready from now on, and ends its streams one after the other. */
  drain(order: DrainOrder): Promise<void>;
  /** How long `drain` may take when it begins now, in milliseconds. */
  drainLimitMs(order: DrainOrder): number;
  /**
   * Puts a new process in the place of each worker, one after the other, and drains the old one. A worker that cannot be
   * started ends it, and those that there are stay. A place that has no worker at that moment is left: it gets a new one
   * anyway.
   */
  replaceWorkers(order: DrainOrder): Promise<Replaced>;
  /** Ends all streams, then everything else, the log last; bounded in time. */
  close(): Promise<void>;
  /** Ends its other processes at once. */
  kill(): void;
}
