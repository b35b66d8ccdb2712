// What the processes of a hub count, as plain numbers that travel between them.

import type { ShardStats } from '../../hub/shard.ts';

/** What one process with streams counts. */
export interface ShardFigures {
  readonly shard: ShardStats;
}

export interface HubFigures {
  readonly workers: readonly {
    readonly worker: number;
    /** Undefined when the worker did not answer in time, or is being replaced. */
    readonly figures: ShardFigures | undefined;
    /** How often it was replaced. */
    readonly restarts: number;
  }[];
}
