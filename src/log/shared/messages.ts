// What the process that has the log and a worker that shares it say to each other.

import type { Draft } from '../event-log.ts';

/** Ended topics and where they ended, the oldest first. */
export type Ends = readonly (readonly [topic: string, position: number])[];

/** What a worker is told when it joins. */
export interface Welcome {
  readonly epoch: string;
  readonly head: number;
  readonly oldest: number;
  readonly ends: Ends;
  readonly maxEndedTopics: number;
  /** The folder of the log, and the bound of its bytes, to open it read-only. */
  readonly folder: string;
  readonly maxBytes: number;
}

/** Says that the head, or the oldest position, has moved. */
export interface Announcement {
  readonly head: number;
  readonly oldest: number;
  /** Everything from the last head told to this one, as one block; absent when this worker does not keep up. */
  readonly block?: Uint8Array | undefined;
  /** With no block: topics that ended since the last head told. */
  readonly ends?: Ends | undefined;
  /** How many bytes the worker was announced so far; it acknowledges with this. */
  readonly sentBytes: number;
}

/** What the process with the log answers. */
export type LogHostCalls = {
  join(given: null): Welcome;
  append(drafts: readonly Draft[]): Promise<readonly number[]>;
  endTopic(topic: string): Promise<number>;
  /** The newest position. */
  head(given: null): number;
  acknowledge(sentBytes: number): void;
};

/** What a worker is told. */
export type LogReaderCalls = {
  announce(announcement: Announcement): void;
};

export const PEER_NAME = 'log';
