import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figures } from './figures.ts';
import { judge } from './targets.ts';

const rounds = new Map<string, readonly (Figures | undefined)[]>([
  ['holdfast', [{ p99Us: 10, lost: 0 }, { p99Us: 30, lost: 0 }, undefined]],
  ['epoll-c', [{ p99Us: 5 }, { p99Us: 30 }, { p99Us: 1 }]],
  ['nchan', [{ p99Us: 20 }, { p99Us: 15 }, { p99Us: 1 }]],
  ['go', [undefined, undefined, undefined]],
]);

test('an absolute target is judged by the median of the rounds that there were', () => {
  const [outcome] = judge([{ figure: 'p99Us', atMost: 20 }], 'holdfast', rounds);
  assert.deepEqual(outcome!.value, { median: 20, min: 10, max: 30, rounds: 2 });
  assert.equal(outcome!.isMet, true);
  assert.equal(judge([{ figure: 'p99Us', atMost: 19 }], 'holdfast', rounds)[0]!.isMet, false);
});

test('a target against a peer is judged by the ratios of the rounds', () => {
  const [outcome] = judge([{ figure: 'p99Us', atMost: 1.6, times: 'epoll-c' }], 'holdfast', rounds);
  assert.deepEqual(outcome!.value, { median: 1.5, min: 1, max: 2, rounds: 2 });
  assert.equal(outcome!.isMet, true);
});

test('every peer means each that was measured, without the floor', () => {
  const outcomes = judge([{ figure: 'p99Us', atMost: 1, times: 'every peer' }], 'holdfast', rounds);
  assert.deepEqual(
    outcomes.map(({ peer, isMet }) => [peer, isMet]),
    [['nchan', false]],
  );
});

test('where there is nothing to compare with, nothing is claimed', () => {
  assert.deepEqual(judge([{ figure: 'p99Us', atMost: 1, times: 'pushpin' }], 'holdfast', rounds), []);
  assert.deepEqual(judge([{ figure: 'p99Us', atMost: 1 }], 'holdfast', new Map()), []);
});

test('a target of nothing lost is met by 0 and by nothing else', () => {
  const lossy = new Map([['holdfast', [{ lost: 0 }, { lost: 4 }]]]);
  assert.equal(judge([{ figure: 'lost', atMost: 0 }], 'holdfast', rounds)[0]!.isMet, true);
  assert.equal(judge([{ figure: 'lost', atMost: 0 }], 'holdfast', lossy)[0]!.isMet, false);
});
