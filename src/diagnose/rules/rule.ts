// The contract of a rule: plain values in, claims out. A rule knows nothing of the other rules; which claim wins is decided in ../conclude.ts.

import type { Ref } from '../evidence.ts';
import type { Sureness } from '../finding.ts';
import type { Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';

/** What a rule can use. What it cannot do without is said in `CausePage.needs`. */
export type Need = 'capture' | 'two captures' | 'log' | 'host counters';

export interface CauseSource {
  readonly text: string;
  /** The text named was read for this rule; false: common knowledge, to be checked. */
  readonly verified: boolean;
}

/** What docs/causes and `diagnose explain` say about a cause. */
export interface CausePage {
  readonly title: string;
  /** What happens, in two or three sentences. */
  readonly what: string;
  /** What it looks like in a capture. */
  readonly wire: string;
  /** Where else it shows: logs, counters. */
  readonly elsewhere?: string;
  /** How to tell it from what looks like it. */
  readonly apart: string;
  readonly help: readonly string[];
  readonly sources: readonly CauseSource[];
}

export interface Point {
  readonly text: string;
  readonly refs: readonly Ref[];
  readonly filter?: string;
}

export interface Claim {
  /** `cause`: why it happened. `form`: only what happened, while the why stays open; any cause goes before it. */
  readonly level: 'cause' | 'form';
  readonly sureness: Sureness;
  /** What is added to the title: `60 s`. */
  readonly detail?: string;
  readonly summary: string;
  readonly streams: readonly Stream[];
  /** Connections that belong to what happened and are no streams of their own: explained, not counted. */
  readonly beside?: readonly Stream[];
  readonly why: readonly Point[];
  readonly help: readonly string[];
  readonly more: readonly string[];
}

export interface Rule {
  readonly id: string;
  readonly page: CausePage;
  /** Without one of these the rule cannot claim anything; several are alternatives. */
  readonly needs: readonly Need[];
  /** Rules whose streams look alike, asked for a reason why they are not it. */
  readonly apartFrom: readonly string[];
  claims(scene: Scene): readonly Claim[];
  /** Why this is not what ended these streams; undefined when that cannot be said. */
  excludes?(streams: readonly Stream[], scene: Scene): string | undefined;
}
