// What the bench needs of a server to measure it. Each peer is one object of this kind, in a folder with a README that
// says where it comes from, which version it is, how it is started, and what its own documentation recommends.

import type { PublishTemplate } from '../../src/load/generator/messages.ts';

/** What not every server can do; a scenario that needs it names those that cannot. */
export type Power =
  /** Streams choose their topic; otherwise every stream gets every event. */
  | 'topics'
  /** A stream can ask for topics by pattern. */
  | 'patterns'
  /** A client that comes back with Last-Event-ID gets what it missed. */
  | 'resume'
  /** It can be started so that it tells the delay of its own event loop (loop-delay.ts). */
  | 'loop-delay';

export interface PeerOptions {
  /** How many streams will be opened. */
  readonly streams: number;
  /** Events must be kept for clients that come back; peers where that is a choice do without otherwise. */
  readonly keepsHistory: boolean;
  /** A folder for the figures of the event loop, where they are asked for. */
  readonly loopDelayFolder?: string | undefined;
}

/** Which events a stream asks for: those of its own topic, all topics by one pattern, or its topic as a pattern. */
export type Wanted = 'own topic' | 'all by pattern' | 'own by pattern';

export interface Peer {
  readonly name: string;
  readonly powers: readonly Power[];
  /** The most streams a second that it takes without refusing some; absent: as many as any scenario opens. */
  readonly mostConnectsPerSecond?: number;
  /** Builds or installs it where that is needed; answers why it cannot be had here, or undefined. */
  missing(): string | undefined;
  /** @throws Error when it does not listen in time. */
  start(port: number, options: PeerOptions): Promise<RunningPeer>;
}

export interface RunningPeer {
  /** Of the process that all others of the server descend from. */
  readonly pid: number;
  /** How it ended; undefined while it runs. */
  readonly end: string | undefined;
  /** With `{topic}` where the topic of each stream stands. */
  urlFor(wanted: Wanted): string;
  readonly publish: PublishTemplate;
  /** What topics are called here, with `{n}`. */
  readonly topicName: string;
  stop(): Promise<void>;
}
