// The faults of a scenario as what happens when: repetitions are laid out, random ones drawn from their seed. Pure.

import { chance } from '../chaos/chance.ts';
import { faultOf, type TimelineFault } from './read-scenario.ts';
import type { Scenario, ScenarioFault } from './scenario-schema.ts';

/** One fault, once. */
export interface Occurrence {
  /** What it is called in records: the kind. */
  readonly name: string;
  readonly what: TimelineFault;
  /** Since publishing began. */
  readonly atMs: number;
  /** Undone then; undefined: done at once, or left on to the end. */
  readonly untilMs: number | undefined;
  readonly of: 'server' | 'worker';
  readonly restartMs: number | undefined;
}

/** In order of time. */
export function timelineOf(scenario: Scenario): Occurrence[] {
  const all = [...scenario.faults.flatMap((fault) => repeated(fault, scenario.duration)), ...drawn(scenario)];
  return all.sort((a, b) => a.atMs - b.atMs);
}

function repeated(fault: ScenarioFault, durationMs: number): Occurrence[] {
  const { at, every, times = every === undefined ? 1 : Number.POSITIVE_INFINITY } = fault;
  const occurrences: Occurrence[] = [];
  for (let i = 0; i < times; i++) {
    const atMs = at + i * (every ?? 0);
    if (atMs >= durationMs) break;
    occurrences.push(occurrence(fault, atMs, fault.for, i));
  }
  return occurrences;
}

function drawn({ random, duration }: Scenario): Occurrence[] {
  if (random === undefined) return [];
  const next = chance(random.seed);
  const occurrences: Occurrence[] = [];
  for (let i = 0, atMs = random.from; atMs < duration; i++, atMs += random.every) {
    const fault = random.faults[Math.floor(next() * random.faults.length)]! as ScenarioFault;
    const forMs = Math.round(random.for * (1 + next()));
    // What begins before the end is over by then, so that there is time to come back.
    occurrences.push(occurrence(fault, atMs, Math.min(forMs, Math.max(1, duration - atMs)), i));
  }
  return occurrences;
}

function occurrence(
  fault: ScenarioFault,
  atMs: number,
  forMs: number | undefined,
  index: number,
): Occurrence {
  // The same fault again hits others.
  const what = faultOf({ ...fault, seed: (fault.seed ?? 1) + index } as ScenarioFault);
  return {
    name: fault.fault,
    what,
    atMs,
    untilMs: forMs === undefined ? undefined : atMs + forMs,
    of: fault.of ?? 'server',
    restartMs: fault.restart,
  };
}
