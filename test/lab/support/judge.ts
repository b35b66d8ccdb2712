// Holds what a diagnosis says against what is true. Pure.

import type { Diagnosis, Sureness } from '../../../src/diagnose/index.ts';
import type { CapturePoint } from '../scenario.ts';
import type { Exhibit } from './run-scenario.ts';

/** The captures that were given: of one place, or of all places of the scenario. */
export type GivenCaptures = CapturePoint | 'together';

export interface Judgement {
  readonly scenario: string;
  readonly what: string;
  readonly given: GivenCaptures;
  /** What is true. */
  readonly cause: string;
  /** What may be named from there. */
  readonly may: readonly string[];
  readonly named: readonly Named[];
  /** Empty: the diagnosis is right. */
  readonly faults: readonly string[];
}

/** They say what happened and leave open why: of that the tool may be sure. */
const forms: ReadonlySet<string> = new Set(['S22', 'S24']);

interface Named {
  readonly id: string;
  readonly sureness: Sureness;
  readonly streams: number;
}

export function judge(exhibit: Exhibit, given: GivenCaptures, diagnosis: Diagnosis): Judgement {
  const { name, what, truth } = exhibit;
  const may: readonly string[] = (given === 'together' ? truth.together : truth.seen[given]) ?? [];
  const named = diagnosis.findings.map(({ id, sureness, streamCount }) => ({
    id,
    sureness,
    streams: streamCount,
  }));
  const faults = [
    ...(may.length > 0 && named.length === 0 && !may.includes('nothing')
      ? [`names nothing instead of ${may.join(' or ')}`]
      : []),
    ...named.flatMap((finding) => faultsOf(finding, may)),
    ...miscounted(named, may, truth.spoiled),
  ];
  return { scenario: name, what, given, cause: truth.cause, may, named, faults };
}

function faultsOf({ id, sureness }: Named, may: readonly string[]): string[] {
  if (!may.includes(id)) return [`accuses ${id} (${sureness})`];
  const causes = may.filter((one) => !forms.has(one));
  const isOpen = causes.length > 1 && !forms.has(id);
  return isOpen && sureness === 'sure' ? [`is sure of ${id}, which may be ${may.join(' or ')}`] : [];
}

/** Every spoiled stream once, under one of the names that it may have. */
function miscounted(named: readonly Named[], may: readonly string[], spoiled: number): string[] {
  const right = named.filter(({ id }) => may.includes(id));
  const streams = right.reduce((sum, finding) => sum + finding.streams, 0);
  if (right.length === 0 || streams === spoiled) return [];
  return [`counts ${streams} streams for ${right.map(({ id }) => id).join(' and ')} instead of ${spoiled}`];
}
