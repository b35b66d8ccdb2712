// Lets the tool name what is in a folder of captures, and writes docs/diagnose-lab.md:
//
//   node test/lab/write-matrix.ts FOLDER
//
// Faults go to standard error, and make it exit with 1.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allScenarios } from './all-scenarios.ts';
import { examine } from './support/examine.ts';
import type { Judgement } from './support/judge.ts';
import { matrixPage } from './support/matrix.ts';
import type { Exhibit } from './support/run-scenario.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Say where the captures are: node test/lab/write-matrix.ts FOLDER');
  process.exit(2);
}
const exhibits = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as readonly Exhibit[];
const judgements: Judgement[] = [];
for (const { name } of allScenarios) {
  const exhibit = exhibits.find((one) => one.name === name);
  if (exhibit === undefined) console.error(`${name} is not there`);
  else judgements.push(...(await examine(exhibit, folder)));
}
writeFileSync(new URL('../../docs/diagnose-lab.md', import.meta.url), matrixPage(judgements));
let isRight = judgements.length > 0;
for (const { scenario, given, faults } of judgements) {
  for (const fault of faults) {
    isRight = false;
    console.error(`${scenario}, ${given}: ${fault}`);
  }
}
process.exit(isRight ? 0 : 1);
