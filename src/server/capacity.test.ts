import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capacityFromLimits, chooseHubSize, processCapacity } from './capacity.ts';

const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             unlimited            unlimited            processes
Max open files            ${soft.padEnd(21)}1048576              files
Max locked memory         65536                65536                bytes
`;

test('a process can hold as many streams as files are left beside a reserve of 1,000', () => {
  const expected = { files: 20_000, maxStreams: 19_000, maxConnections: 19_800 };
  assert.deepEqual(capacityFromLimits(limits('20000')), expected);
});

test('a low limit is halved instead, and connections keep some files free', () => {
  assert.deepEqual(capacityFromLimits(limits('1024')), { files: 1024, maxStreams: 512, maxConnections: 824 });
  assert.deepEqual(capacityFromLimits(limits('300')), { files: 300, maxStreams: 150, maxConnections: 225 });
  assert.deepEqual(capacityFromLimits(limits('1')), { files: 1, maxStreams: 1, maxConnections: 1 });
});

test('no limit is still a number', () => {
  assert.equal(capacityFromLimits(limits('unlimited')).maxStreams, 1_000_000);
});

test('where the limit is unknown, it is 15,000', () => {
  assert.equal(processCapacity('/nowhere/limits').maxStreams, 15_000);
  assert.equal(capacityFromLimits('something else').maxStreams, 15_000);
});

test('there are as many workers as cores, and one more than the streams need', () => {
  const choose = (workers: number | 'auto', maxStreams: number | 'auto', cores: number) =>
    Object.values(chooseHubSize({ workers, maxStreams }, 19_000, cores));
  assert.deepEqual(choose('auto', 51_283, 2), [4, 51_283]);
  assert.deepEqual(choose('auto', 51_283, 16), [16, 51_283]);
  assert.deepEqual(choose('auto', 100, 1), [2, 100]);
  assert.deepEqual(choose('auto', 'auto', 1), [2, 19_000]);
  assert.deepEqual(choose('auto', 'auto', 4), [4, 57_000]);
  assert.deepEqual(choose(1, 'auto', 4), [1, 19_000]);
  assert.deepEqual(choose(3, 'auto', 1), [3, 38_000]);
  assert.deepEqual(choose(1, 50_000, 4), [1, 50_000]);
});
