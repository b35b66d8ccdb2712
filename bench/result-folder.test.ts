import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { BenchFacts, VariantOutcome } from './outcome.ts';
import { ResultFolder } from './result-folder.ts';

const facts = { commit: 'abc', cpus: 2, kernel: 'Linux', node: 'v24' } as BenchFacts;

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-bench-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function variant(id: string, rounds: readonly number[]): VariantOutcome {
  const turns = rounds.map((round) => ({ peer: 'holdfast', round, figures: { lost: 0 }, files: [] }));
  return { scenario: 's', id, title: id, rounds: 3, turns, unable: {}, leftOut: [], targets: [] };
}

test('a run that was interrupted goes on with the turns that it has, and says when', (t) => {
  const first = ResultFolder.create(folder(t), { arguments: ['--rounds', '3'], facts, missing: {} });
  first.keep(variant('a', [1]));
  first.keep(variant('a', [1, 2]));
  first.keep(variant('b', [1]));
  const second = ResultFolder.resume(first.path, facts);
  assert.deepEqual(second.outcome.arguments, ['--rounds', '3']);
  assert.deepEqual(
    second.doneOf('a').map(({ round }) => round),
    [1, 2],
  );
  assert.deepEqual(second.doneOf('c'), []);
  second.keep(variant('a', [1, 2, 3]));
  const third = ResultFolder.resume(first.path, facts);
  assert.deepEqual(
    third.outcome.variants.map(({ id, turns }) => [id, turns.length]),
    [
      ['a', 3],
      ['b', 1],
    ],
  );
  assert.equal(third.outcome.resumedAt.length, 2);
  assert.equal(third.outcome.startedAt, first.outcome.startedAt);
});

test('rounds of two machines or commits are never in one result', (t) => {
  const { path } = ((created) => {
    created.keep(variant('a', [1]));
    return created;
  })(ResultFolder.create(folder(t), { arguments: [], facts, missing: {} }));
  assert.throws(
    () => ResultFolder.resume(path, { ...facts, commit: 'def' }),
    /measured with the commit abc, and now it is def: begin a new run/,
  );
  assert.throws(() => ResultFolder.resume(path, { ...facts, node: 'v26' }), /the node v24/);
});

test('a folder without a result is refused', (t) => {
  assert.throws(() => ResultFolder.resume(folder(t), facts), /holds no result\.json/);
});
