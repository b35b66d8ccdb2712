import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capacityFromLimits, streamCapacity } from './capacity.ts';

const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             unlimited            unlimited            processes
Max open files            ${soft.padEnd(21)}1048576              files
Max locked memory         65536                65536                bytes
`;

test('a process can hold as many streams as files are left beside a reserve of 1,000', () => {
  assert.equal(capacityFromLimits(limits('20000')), 19_000);
});

test('a low limit is halved instead', () => {
  assert.equal(capacityFromLimits(limits('1024')), 512);
  assert.equal(capacityFromLimits(limits('1')), 1);
});

test('no limit is still a number', () => {
  assert.equal(capacityFromLimits(limits('unlimited')), 1_000_000);
});

test('where the limit is unknown, it is 15,000', () => {
  assert.equal(streamCapacity('/nowhere/limits'), 15_000);
  assert.equal(capacityFromLimits('something else'), 15_000);
});
