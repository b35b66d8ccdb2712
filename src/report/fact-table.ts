// What was run, for one or several runs: facts that all of them share are said once.

import type { RunSection } from './run-section.ts';

export interface FactTable {
  readonly shared: readonly (readonly [name: string, value: string])[];
  /** One value for each run; empty where the run has none. */
  readonly differing: readonly (readonly [name: string, values: readonly string[]])[];
}

export function factTable(sections: readonly RunSection[]): FactTable {
  const names = new Set(sections.flatMap((section) => section.facts.map(([name]) => name)));
  const maps = sections.map((section) => new Map(section.facts));
  const shared: [string, string][] = [];
  const differing: [string, readonly string[]][] = [];
  for (const name of names) {
    const values = maps.map((facts) => facts.get(name) ?? '');
    if (values.every((value) => value === values[0])) shared.push([name, values[0]!]);
    else differing.push([name, values]);
  }
  return { shared, differing };
}
