// The scenarios that come with Holdfast, each a file as a user would write it.

import { readdirSync, readFileSync } from 'node:fs';
import { readScenario } from './read-scenario.ts';
import type { Scenario } from './scenario-schema.ts';

const folder = new URL('./scenarios/', import.meta.url);

/** In the order in which they are run: those that leave the server alone come first. */
const ORDER = [
  'jitter',
  'client-abort',
  'slow-readers',
  'half-open',
  'idle-cut',
  'age-cut',
  'storm',
  'disk-full',
  'hub-kill',
  'oom',
  'worker-kill',
  'deploy',
  'mixed',
];

export function builtInNames(): string[] {
  const names = readdirSync(folder).map((file) => file.replace(/\.yaml$/, ''));
  return names.sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
}

/** The text of one; undefined where there is none of that name. */
export function builtInText(name: string): string | undefined {
  return builtInNames().includes(name) ? readFileSync(new URL(`${name}.yaml`, folder), 'utf8') : undefined;
}

export function builtInScenario(name: string): Scenario {
  return readScenario(builtInText(name)!, `${name}.yaml`);
}
