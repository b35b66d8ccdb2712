// Lets the tool look at captures without their truth, and judges what it says.

import { join } from 'node:path';
import { diagnose, readCaptureFile } from '../../../src/diagnose/index.ts';
import { type GivenCaptures, type Judgement, judge } from './judge.ts';
import type { Exhibit } from './run-scenario.ts';

/** Each capture of an exhibit alone, and all together where that says more. */
export async function examine(exhibit: Exhibit, folder: string): Promise<Judgement[]> {
  const files = Object.entries(exhibit.files) as [GivenCaptures, string][];
  const sets: [GivenCaptures, string[]][] = files.map(([point, file]) => [point, [file]]);
  if (exhibit.truth.together !== undefined) sets.push(['together', files.map(([, file]) => file)]);
  const judgements: Judgement[] = [];
  for (const [given, paths] of sets) {
    const readings = [];
    for (const [source, path] of paths.entries()) {
      readings.push(await readCaptureFile(join(folder, path), { source }));
    }
    const evidence = {
      sources: readings.map(({ source }) => source),
      flows: readings.flatMap(({ flows }) => flows),
      logs: [],
      counters: [],
    };
    judgements.push(judge(exhibit, given, diagnose(evidence)));
  }
  return judgements;
}
