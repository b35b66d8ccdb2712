// Writes the captures of the lab, and beside them truth.json, which says what is true of each:
//
//   node test/lab/write-captures.ts FOLDER [NAME...]

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allScenarios } from './all-scenarios.ts';
import type { Exhibit } from './support/run-scenario.ts';
import { runScenarios } from './support/run-scenarios.ts';

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Say where to: node test/lab/write-captures.ts FOLDER [NAME...]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const chosen = allScenarios.filter(({ name }) => names.length === 0 || names.includes(name));
if (chosen.length === 0) {
  console.error(`There is no such scenario. These are: ${allScenarios.map(({ name }) => name).join(' ')}`);
  process.exit(2);
}
const truthFile = join(folder, 'truth.json');
const { exhibits, failures } = await runScenarios(chosen, folder, (line) => console.log(line));
const others = readTruth().filter(({ name }) => !exhibits.some((exhibit) => exhibit.name === name));
writeFileSync(truthFile, `${JSON.stringify([...others, ...exhibits], null, 2)}\n`);
process.exit(failures === 0 ? 0 : 1);

function readTruth(): readonly Exhibit[] {
  try {
    return JSON.parse(readFileSync(truthFile, 'utf8')) as Exhibit[];
  } catch {
    return [];
  }
}
