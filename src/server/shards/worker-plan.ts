// What a worker is told when it starts.

import type { RingLimits } from '../../log/ring.ts';
import type { ShardPlan } from './shard-server.ts';

export interface WorkerPlan extends ShardPlan {
  /** What of the log a worker keeps in memory. */
  readonly ring: RingLimits;
}
