// What the processes of a hub count, as plain numbers that travel between them.

import type { HistogramFigures } from '../../base/histogram.ts';
import type { MeterFigures } from '../../hub/meter.ts';
import type { ShardStats } from '../../hub/shard-stats.ts';

/** What one shard counts. */
export interface ShardFigures {
  readonly stats: ShardStats;
  readonly meter: MeterFigures;
}

/** What a process says of itself. */
export interface ProcessFigures {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Undefined where the system does not say (elsewhere than on Linux). */
  readonly privateBytes: number | undefined;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  /** By the name that V8 gives the space. */
  readonly heapSpaceBytes: Readonly<Record<string, number>>;
  /** By kind. */
  readonly gcSeconds: Readonly<Record<string, HistogramFigures>>;
  /** How late timers were, in the last 10 to 20 s. */
  readonly loopDelayP50Seconds: number;
  readonly loopDelayP99Seconds: number;
  readonly loopDelayMaxSeconds: number;
}

/** What a process with streams says. */
export interface WorkerFigures {
  readonly shard: ShardFigures;
  readonly process: ProcessFigures;
}

export interface LogFigures {
  /** Events that are kept. */
  readonly events: number;
  readonly bytes: number;
  /** Of the file; 0 in memory. */
  readonly fileBytes: number;
  /** Appended since the start. */
  readonly published: number;
  readonly commitSeconds: HistogramFigures;
}

export interface WorkerState {
  readonly worker: number;
  /** Whether it answered in time. */
  readonly isUp: boolean;
  /** How often it was replaced. */
  readonly restarts: number;
}

export interface HubFigures {
  /** By name: `primary`, `worker-1`. */
  readonly processes: readonly (readonly [name: string, figures: ProcessFigures])[];
  readonly shards: readonly ShardFigures[];
  /** What workers that have ended had counted; their streams are not streams any more. */
  readonly past: ShardFigures | undefined;
  readonly log: LogFigures;
  readonly workers: readonly WorkerState[];
  /** What waits in the kernel for clients; undefined where it is unknown. */
  readonly kernelSendBytes: number | undefined;
  /** The most bytes of announcements that a worker has not acknowledged; undefined where there are none. */
  readonly unacknowledgedBytes: number | undefined;
}
