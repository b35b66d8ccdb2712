// What the processes of a run say to each other. All of it is plain data, a few KiB a second.

import type { PublishedHistory } from '../history/publish-recorder.ts';
import type { SeenHistory } from '../history/seen.ts';
import type { LedgerTotals } from '../ledger/ledger.ts';
import type { BlockCount } from '../ledger/loss-blocks.ts';
import type { KnownTimes, PublishSpan } from '../ledger/publish-times.ts';
import type { EndReason } from '../result.ts';
import type { TransportTarget } from '../stream/transport.ts';
import type { TopicPlan } from './topics.ts';

/** What one generator process does. */
export interface GeneratorPlan {
  readonly run: string;
  readonly url: string;
  readonly target: TransportTarget;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly topics: TopicPlan;
  /** Of all streams of the run, this process has `firstStream` and those that follow. */
  readonly firstStream: number;
  readonly streams: number;
  /** Local addresses, used in turn; empty lets the system choose. */
  readonly sources: readonly string[];
  /** Which of how many processes it is: each has local ports of its own. */
  readonly index: number;
  readonly processes: number;
  /** How long the opening of this process's streams takes. */
  readonly rampMs: number;
  readonly reconnects: boolean;
  /** The share of the streams that read slowly, from 0 to 1, and how fast. */
  readonly slowShare: number;
  readonly slowBytesPerSecond: number;
  /** Clients of this process that go away each second, to come back as a browser would. */
  readonly churnPerSecond: number;
  readonly churnKind: 'fin' | 'rst';
  readonly connectTimeoutMs: number;
  /** A stream is fresh while its last sign of life is not older. */
  readonly freshMs: number;
  readonly silenceTimeoutMs: number | undefined;
  readonly keepsHistory: boolean;
  /** Whether events are published, and owed to the streams. */
  readonly isPublished: boolean;
}

export type ToGenerator =
  | { readonly kind: 'plan'; readonly plan: GeneratorPlan }
  | { readonly kind: 'start' }
  /** The ramp is over: from now on clients are cut off, if that is asked; and no more while the run settles. */
  | { readonly kind: 'churn'; readonly isOn: boolean }
  /** No server has taken these numbers: topic, first, last; topic, first, last; ... */
  | { readonly kind: 'waive'; readonly ranges: readonly number[] }
  | { readonly kind: 'sample'; readonly published: readonly number[] }
  | { readonly kind: 'totals'; readonly published: readonly number[]; readonly settles: boolean }
  /** When events were due, as far as this process knows. */
  | { readonly kind: 'times' }
  /** The totals with their place in time, by what all processes know. */
  | {
      readonly kind: 'losses';
      readonly published: readonly number[];
      readonly times: KnownTimes;
      readonly span: PublishSpan;
    }
  | { readonly kind: 'history' }
  | { readonly kind: 'stop' };

export type FromGenerator =
  /** `privateBytes`: of the process before it had any stream. */
  | { readonly kind: 'ready'; readonly privateBytes: number }
  | { readonly kind: 'sample'; readonly sample: GeneratorSample }
  | { readonly kind: 'totals'; readonly totals: LedgerTotals }
  | { readonly kind: 'times'; readonly times: KnownTimes }
  | {
      readonly kind: 'losses';
      readonly totals: LedgerTotals;
      /** Absent when the process had to forget where some were. */
      readonly blocks: readonly BlockCount[] | undefined;
    }
  | { readonly kind: 'history'; readonly history: SeenHistory }
  | { readonly kind: 'stopped'; readonly silence: string; readonly pendingReconnects: string };

/** One interval of one generator process. Histograms are encoded; absent when nothing was recorded. */
export interface GeneratorSample {
  readonly streamsUp: number;
  /** Streams that ended for good: refused, or not to be reconnected. */
  readonly streamsGone: number;
  readonly connects: number;
  readonly reconnects: number;
  readonly reconnectsWithoutId: number;
  readonly delivered: number;
  readonly receivedBytes: number;
  readonly heartbeats: number;
  /** Events that the tool could not take since they were too large. */
  readonly oversized: number;
  readonly ends: Readonly<Partial<Record<EndReason, number>>>;
  /** The first end of its kind in words, for people. */
  readonly endExamples: Readonly<Partial<Record<EndReason, string>>>;
  /** Published and owed by now, and not here: lost, or on its way. */
  readonly missing: number;
  readonly repeatedTotal: number;
  readonly outOfOrderTotal: number;
  readonly wantedStreamSeconds: number;
  readonly freshStreamSeconds: number;
  readonly cpuUs: number;
  readonly privateBytes: number;
  readonly loopDelayP99Us: number;
  readonly loopDelayMaxUs: number;
  readonly latency: string | undefined;
  readonly connect: string | undefined;
  readonly head: string | undefined;
  readonly firstEvent: string | undefined;
  readonly reconnect: string | undefined;
  readonly heartbeatGap: string | undefined;
}

/** What the publisher process does. */
export interface PublisherPlan {
  readonly run: string;
  readonly target: TransportTarget;
  readonly topics: TopicPlan;
  readonly schedule: string;
  readonly durationMs: number;
  readonly payloadBytes: number;
  readonly request: PublishTemplate;
  readonly keepsHistory: boolean;
}

/** How an event becomes a request. */
export interface PublishTemplate {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Holdfast's own form: many events a request, as NDJSON; otherwise one event each, from `body`. */
  readonly isBatched: boolean;
  readonly body: string;
}

export type ToPublisher =
  | { readonly kind: 'start'; readonly plan: PublisherPlan }
  | { readonly kind: 'counts' }
  | { readonly kind: 'history' }
  /** Sends nothing more that is not on its way. */
  | { readonly kind: 'stop' }
  /** Waits for no answer any more. */
  | { readonly kind: 'give up' };

export interface PublishCounts {
  /** By topic the highest number that was acknowledged; those below it are owed too, unless they are waived. */
  readonly publishedByTopic: readonly number[];
  readonly published: number;
  /** Events that were not acknowledged. */
  readonly errors: number;
  /** Of them, those that the server may have taken all the same. */
  readonly unknown: number;
  /** Since the last counts, numbers that no server has taken (topic, first, last; topic, first, last; ...): refused, or not sent. */
  readonly waived: readonly number[];
  /** How far the pacer was behind its schedule at the most, since the last counts. */
  readonly latestSendUs: number;
  /** The longest that the server kept something due from being sent, since the last counts. */
  readonly heldUs: number;
  /** On their way: sent, and not answered yet. */
  readonly unanswered: number;
  /** How many of the errors were what. */
  readonly errorsByReason: Readonly<Record<string, number>>;
  readonly loopDelayP99Us: number;
  readonly loopDelayMaxUs: number;
  readonly cpuUs: number;
  readonly isDone: boolean;
}

export type FromPublisher =
  | { readonly kind: 'counts'; readonly counts: PublishCounts }
  | { readonly kind: 'history'; readonly history: PublishedHistory };
