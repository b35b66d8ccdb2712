// The records of a result file, each line of which has to be whole.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ResultRecord } from '../../src/load/result.ts';

export function readResult(file: string) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const records = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ResultRecord);
  return {
    runs: records.filter((record) => record.kind === 'run'),
    samples: records.filter((record) => record.kind === 'sample'),
    summaries: records.filter((record) => record.kind === 'summary'),
  };
}

/** A name for a file in a folder that goes with the test. */
export function resultPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'run.ndjson');
}
