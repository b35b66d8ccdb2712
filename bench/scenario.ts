// What a scenario is: variants that are measured each by itself, for one peer at a time.

import type { FigureName, Figures } from './figures.ts';
import type { Power } from './peers/peer.ts';
import type { Turn } from './turn.ts';

/** How fast streams are opened where that is not the point, of peers that take it. */
export const CONNECTS_PER_SECOND = 2500;

export interface Variant {
  /** Names its files and its targets. */
  readonly id: string;
  readonly title: string;
  readonly streams: number;
  /** A peer without one of these is named as unable. */
  readonly needs?: readonly Power[];
  readonly keepsHistory?: boolean;
  /** Servers that can tell the delay of their event loop are started so. */
  readonly asksLoopDelay?: boolean;
  /** What its table shows; other figures are in the JSON. */
  readonly columns: readonly FigureName[];
  /** How long one turn takes, about; one that takes several times as long is ended. */
  readonly seconds: number;
  /** @throws Error in words, when there is nothing to compare. */
  measure(turn: Turn): Promise<Figures>;
}

/** A row of the plan that is measured when nothing is chosen. */
export interface PlannedVariant {
  readonly variant: Variant;
  readonly rounds: number;
  /** Who takes turns; absent: all. Whoever is left out is named as that in the result. */
  readonly peers?: readonly string[];
}

export interface Scenario {
  readonly name: string;
  /** All that there is of it, for whoever asks for it by name: every peer, long phases. */
  readonly variants: readonly Variant[];
  /** Its share of the plan: what of it has to be known, in as little time as gives a true number. */
  readonly planned: readonly PlannedVariant[];
  /** What `--quick` measures instead; absent: nothing. */
  readonly quick?: readonly Variant[];
}
