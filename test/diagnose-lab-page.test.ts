// docs/diagnose-lab.md has every scenario of the lab, captured at each of its places, and none that is gone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { allScenarios } from './lab/all-scenarios.ts';

test('docs/diagnose-lab.md is of the scenarios that there are', () => {
  const page = readFileSync(new URL('../docs/diagnose-lab.md', import.meta.url), 'utf8');
  const rows = Array.from(
    page.matchAll(/^\| ([\w-]+) \| ([\w-]+) \| (S\d\d|normal|unknown) \|/gm),
    ([, ...cells]) => cells,
  );
  const expected = allScenarios.flatMap(({ name, truth }) =>
    [...Object.keys(truth.seen), ...(truth.together === undefined ? [] : ['together'])].map((given) => [
      name,
      given,
      truth.cause,
    ]),
  );
  assert.ok(expected.length > 100);
  assert.deepEqual(
    rows.toSorted(),
    expected.toSorted(),
    'write the page again: node test/lab/write-matrix.ts FOLDER',
  );
});
