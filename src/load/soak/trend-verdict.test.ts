import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrendRecord } from '../result.ts';
import { soakVerdict } from './trend-verdict.ts';

type Found = Partial<Record<TrendRecord['quantity'], TrendRecord['outcome']>>;

function verdict(found: Found) {
  const trends = Object.entries(found).map(
    ([quantity, outcome]) => ({ quantity, outcome, because: 'x', slope: undefined }) as TrendRecord,
  );
  return soakVerdict(trends, []);
}

const doubt = 'not enough data';

test('growth of anything fails the run, whatever else is clear', () => {
  for (const quantity of ['privateBytes', 'keptHeapBytes', 'openFiles', 'latencyP99Us'] as const) {
    assert.equal(verdict({ heapBytes: 'no leak', [quantity]: 'leak' })?.outcome, 'fail', quantity);
  }
});

test('doubt about latency or the machine does not hold a healthy run back, and is shown as not counted', () => {
  const found = verdict({ privateBytes: 'no leak', kernelSocketBytes: doubt, latencyP99Us: doubt });
  assert.equal(found?.outcome, 'pass');
  assert.deepEqual(
    found?.checks.map(({ objective, outcome }) => [objective, outcome]),
    [
      ['no leak: privateBytes', 'pass'],
      ['no leak: kernelSocketBytes (not counted)', 'not proven'],
      ['no leak: latencyP99Us (not counted)', 'not proven'],
    ],
  );
});

test('doubt about memory counts unless another look at it is clear; doubt about files counts', () => {
  assert.equal(verdict({ privateBytes: doubt, openFiles: 'no leak' })?.outcome, 'not proven');
  assert.equal(verdict({ privateBytes: doubt, keptHeapBytes: doubt })?.outcome, 'not proven');
  assert.equal(verdict({ privateBytes: doubt, keptHeapBytes: 'no leak' })?.outcome, 'pass');
  assert.equal(verdict({ privateBytes: 'no leak', openFiles: doubt })?.outcome, 'not proven');
});

test('a run that proved nothing is no success, and one that measured nothing has no verdict', () => {
  assert.equal(verdict({ latencyP99Us: doubt })?.outcome, 'not proven');
  assert.equal(verdict({}), undefined);
});

test('objectives count beside trends', () => {
  const objective = { objective: 'delivery>=99%', outcome: 'not proven', because: 'few' } as const;
  const trend = { quantity: 'openFiles', outcome: 'no leak', because: 'x', slope: undefined } as const;
  assert.equal(soakVerdict([trend], [objective])?.outcome, 'not proven');
});
