import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_BLOCKS, TimeBlocks } from './blocks.ts';

test('a run of weeks has longer blocks, not more of them, and loses no trial', () => {
  const blocks = new TimeBlocks(30_000);
  const samples = MAX_BLOCKS * 3;
  for (let i = 1; i <= samples; i++) blocks.add(i * 30_000, 10, i % 1000 === 0 ? 1 : 0);
  assert.ok(blocks.clusters.length <= MAX_BLOCKS);
  assert.equal(blocks.blockMs, 120_000);
  const sum = (of: 'trials' | 'failures') => blocks.clusters.reduce((total, one) => total + one[of], 0);
  assert.deepEqual([sum('trials'), sum('failures')], [samples * 10, Math.floor(samples / 1000)]);
});
