// Runs many scenarios, several at once: each has namespaces of its own, and most of its time is waiting.

import { getPriority, setPriority } from 'node:os';
import type { Scenario } from '../scenario.ts';
import { type Exhibit, reasonToSkip, runScenario } from './run-scenario.ts';

const AT_ONCE = 6;

export interface LabResult {
  readonly exhibits: readonly Exhibit[];
  readonly failures: number;
}

/** Timers are what is tried here: the lab goes before whatever else the machine does, and so does what it starts. */
const PRIORITY = -15;

export async function runScenarios(
  scenarios: readonly Scenario[],
  folder: string,
  say: (line: string) => void,
): Promise<LabResult> {
  const waiting = [...scenarios];
  const before = getPriority();
  setPriority(PRIORITY);
  const exhibits = new Map<string, Exhibit>();
  let failures = 0;
  const worker = async () => {
    for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
      const { name } = scenario;
      const reason = reasonToSkip(scenario);
      if (reason !== undefined) {
        say(`${name} left out: ${reason}`);
        continue;
      }
      const startMs = performance.now();
      try {
        exhibits.set(name, await runScenario(scenario, folder));
        say(`${name} ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
      } catch (error) {
        failures++;
        say(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  setPriority(before);
  return { exhibits: scenarios.flatMap(({ name }) => exhibits.get(name) ?? []), failures };
}
