// What a scenario of the lab is, and what is true of it: plain values, which a diagnosis is held against.

import type { CapturePlan } from './support/capture.ts';
import type { Lab } from './support/lab.ts';
import type { Place } from './support/path.ts';

/** `S01` and so on, as docs/causes/ has them. */
export type CauseId = `S${number}`;

/** With `nothing` it is right to name none of the others. */
export type Nameable = CauseId | 'nothing';

export interface Truth {
  /** What was done; `normal` when nothing is wrong, `unknown` when what was captured cannot tell. */
  readonly cause: CauseId | 'normal' | 'unknown';
  /** Who ended or spoiled the streams. `middle`: a hop that is no party of the connections. */
  readonly by: 'client' | 'server' | 'proxy' | 'middle' | 'nobody';
  /** How many streams that spoiled, and how many others there are, which ended well or are open. */
  readonly spoiled: number;
  readonly normal: number;
  readonly timer?: Timer;
  /**
   * What may be named from the packets at a place: the cause, and what cannot be told apart from it there. With two
   * or more causes, none of them may be called sure. Empty: nothing is wrong, as seen from there.
   */
  readonly seen: Readonly<Partial<Record<CapturePoint, readonly Nameable[]>>>;
  /** The same for all captures of the scenario at once, where they say more than each alone. */
  readonly together?: readonly Nameable[];
}

export interface Timer {
  readonly measures: 'idle' | 'total';
  readonly seconds: number;
  /** It fires in [seconds, seconds + sweep]. */
  readonly sweepSeconds?: number;
}

/** Where packets are captured: at an end, at the router's device to an end, or at all of the router's at once. */
export type CapturePoint = Place | 'all';

/** How a capture is made where that is not as usual: whole packets of one device, pcap, microseconds. */
export type CaptureForm = Partial<
  Pick<CapturePlan, 'snapBytes' | 'nanoseconds' | 'filter' | 'format' | 'devices'>
>;

/** A counter of the kernel, and how far it moves at least: shows that what was to happen has happened. */
export type Proof = Readonly<Partial<Record<Place, Readonly<Record<string, number>>>>>;

export type Tool = 'nginx' | 'haproxy' | 'socat' | 'dumpcap' | 'openssl' | 'conntrack';

export interface Scenario {
  /** Of its folder. */
  readonly name: string;
  /** In one line. */
  readonly what: string;
  readonly truth: Truth;
  /** Keys of `truth.seen` are the places where packets are captured. */
  readonly forms?: Readonly<Partial<Record<CapturePoint, CaptureForm>>>;
  readonly proof?: Proof;
  readonly needs?: readonly Tool[];
  /** Takes long: only with HOLDFAST_LAB=heavy. */
  readonly heavy?: true;
  run(lab: Lab): Promise<void>;
}
