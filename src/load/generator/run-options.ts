// What a run is asked to do, and whom it tells.

import type { PublishedHistory } from '../history/publish-recorder.ts';
import type { SeenHistory } from '../history/seen.ts';
import type { ResultRecord } from '../result.ts';
import type { Objective } from '../verdict/objective.ts';
import type { PublishTemplate } from './messages.ts';
import type { TopicPlan } from './topics.ts';

export interface LoadOptions {
  readonly tool: 'load' | 'soak' | 'prove';
  readonly version: string;
  readonly url: string;
  readonly streams: number;
  readonly rampMs: number;
  readonly durationMs: number;
  /** How long to wait at the end for what is still on its way. */
  readonly settleMs: number;
  readonly sampleMs: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly topics: TopicPlan;
  readonly sources: readonly string[];
  readonly reconnects: boolean;
  /** From 0 to 1. */
  readonly slowShare: number;
  readonly slowBytesPerSecond: number;
  readonly churnPerSecond: number;
  readonly churnKind: 'fin' | 'rst';
  readonly connectTimeoutMs: number;
  /** A stream is fresh while its last sign of life is not older than twice this. */
  readonly heartbeatMs: number;
  /** A client ends a stream that gave no sign of life for so long, and comes back; undefined: a browser's patience. */
  readonly silenceTimeoutMs?: number | undefined;
  /** Keep what publishers were told and what streams saw, for `LoadHooks.onHistory`. */
  readonly keepsHistory?: boolean | undefined;
  readonly publish:
    | { readonly schedule: string; readonly payloadBytes: number; readonly template: PublishTemplate }
    | undefined;
  readonly pid: number | undefined;
  /** A page of metrics in the text format of Prometheus. */
  readonly metricsUrl: string | undefined;
  readonly objectives: readonly Objective[];
}

/** All that there is to judge a run by. */
export interface RunHistory {
  readonly published: PublishedHistory;
  /** Of each process. */
  readonly seen: readonly SeenHistory[];
}

export interface LoadHooks {
  /** Every record of the result, in order. */
  readonly onRecord: (record: ResultRecord) => void;
  /** The ramp is over, and publishing begins: when, on the clock of the samples. */
  readonly onLoad?: (atMs: number) => void;
  /** At the end of a run that keeps it. */
  readonly onHistory?: (history: RunHistory) => void;
  /** A sentence for people. */
  readonly onNote: (text: string) => void;
  /** Ends the run in the normal way, with a summary that says so. */
  readonly signal: AbortSignal;
}
