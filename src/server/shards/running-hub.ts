// A hub that runs, in one process or several: what `holdfast serve` does with it is the same.

import type { HostEvent } from '../host-sample.ts';
import type { HubFigures } from './figures.ts';

export interface RunningHub {
  readonly url: string;
  /** Publishes events of the hub's own. */
  publish(events: readonly HostEvent[]): Promise<readonly unknown[]>;
  /** What all its processes count; each is waited for a bounded time. */
  figures(): Promise<HubFigures>;
  /** Takes no more connections. */
  stopListening(): void;
  /** Ends all streams, then everything else, the log last; bounded in time. */
  close(): Promise<void>;
}
