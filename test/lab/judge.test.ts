// What judges the tool can find fault with it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Diagnosis, Finding, Sureness } from '../../src/diagnose/index.ts';
import type { Truth } from './scenario.ts';
import { judge } from './support/judge.ts';

const truth = (seen: Truth['seen'], spoiled = 3): Truth => ({
  cause: 'S03',
  by: 'proxy',
  spoiled,
  normal: 0,
  seen,
});

function faultsOf(
  of: Truth,
  ...said: readonly (readonly [id: string, sureness: Sureness, streams: number])[]
) {
  const exhibit = {
    name: 'one',
    what: '',
    truth: of,
    files: {},
    counters: { client: {}, router: {}, server: {} },
  };
  const findings = said.map(([id, sureness, streamCount]) => ({ id, sureness, streamCount }) as Finding);
  return judge(exhibit, 'client', { findings } as unknown as Diagnosis).faults;
}

describe('a diagnosis', () => {
  test('is right when it names the cause and counts its streams', () => {
    assert.deepEqual(faultsOf(truth({ client: ['S03'] }), ['S03', 'sure', 3]), []);
    assert.deepEqual(faultsOf(truth({ client: [] })), []);
  });

  test('is wrong when it names nothing, something else, or something more', () => {
    assert.deepEqual(faultsOf(truth({ client: ['S03'] })), ['names nothing instead of S03']);
    assert.equal(faultsOf(truth({ client: ['S03'] }), ['S04', 'possible', 3]).length, 1);
    assert.equal(faultsOf(truth({ client: ['S03'] }), ['S03', 'sure', 3], ['S31', 'possible', 1]).length, 1);
  });

  test('is wrong when it accuses what is normal, however unsure', () => {
    assert.deepEqual(faultsOf(truth({ client: [] }), ['S25', 'possible', 1]), ['accuses S25 (possible)']);
  });

  test('is wrong when it is sure of one of several that look alike, and right when it is not', () => {
    assert.equal(faultsOf(truth({ client: ['S06', 'S07'] }), ['S06', 'sure', 3]).length, 1);
    assert.deepEqual(faultsOf(truth({ client: ['S06', 'S07'] }), ['S06', 'likely', 3]), []);
    // That a response was cut short is seen, whatever cut it.
    assert.deepEqual(faultsOf(truth({ client: ['S03', 'S22'] }), ['S22', 'sure', 3]), []);
  });

  test('is right when it names nothing where that is right, and when two names share the streams', () => {
    assert.deepEqual(faultsOf(truth({ client: ['S03', 'S32', 'nothing'] })), []);
    assert.deepEqual(
      faultsOf(truth({ client: ['S24', 'S03'] }), ['S24', 'likely', 1], ['S03', 'possible', 2]),
      [],
    );
  });

  test('is wrong when it counts streams that were not spoiled, or not all that were', () => {
    assert.equal(faultsOf(truth({ client: ['S03'] }), ['S03', 'sure', 4]).length, 1);
    assert.equal(faultsOf(truth({ client: ['S03'] }), ['S03', 'sure', 2]).length, 1);
  });
});
