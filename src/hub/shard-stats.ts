// What a shard counts of its streams: plain numbers, which other processes and metrics add up.

import type { EndReason } from '../wire/index.ts';
import type { Lane } from './outlet.ts';

export interface ShardStats {
  /** Streams that are open or ending. */
  readonly streams: number;
  /** Of them, those that read on from a position instead of getting events as they are announced. */
  readonly behind: number;
  /** Of all, how many came which way. */
  readonly lanes: Readonly<Record<Lane, number>>;
  readonly opened: number;
  /** Requests for a stream that were turned away: full, busy or closing. */
  readonly refused: number;
  readonly ended: Readonly<Partial<Record<EndReason, number>>>;
  /** Events written to streams. */
  readonly delivered: number;
}
