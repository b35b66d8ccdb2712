import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { chance } from '../chance.ts';
import { latency } from './latency.ts';

const delays = (options: Parameters<typeof latency.shape>[0], seed: number, count: number) => {
  const shaper = latency.shape(options, chance(seed), 0);
  return Array.from({ length: count }, () => shaper.arrived(1, 0));
};

test('delays are within the jitter, never negative, and the same for the same seed', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(800), fc.nat(100), fc.nat(), (latencyMs, jitterMs, correlation, seed) => {
      const options = { latencyMs, jitterMs, correlation };
      const all = delays(options, seed, 50);
      for (const delay of all) {
        assert.ok(delay >= Math.max(0, latencyMs - jitterMs) && delay <= latencyMs + jitterMs);
      }
      assert.deepEqual(delays(options, seed, 50), all);
    }),
  );
});

test('with a correlation a delay resembles the one before', () => {
  const steps = (correlation: number) => {
    const all = delays({ latencyMs: 100, jitterMs: 50, correlation }, 7, 2000);
    return all.slice(1).reduce((sum, delay, i) => sum + Math.abs(delay - all[i]!), 0) / all.length;
  };
  assert.ok(steps(90) < steps(25) / 3, `${steps(90)} against ${steps(25)}`);
  assert.ok(steps(25) < steps(0), `${steps(25)} against ${steps(0)}`);
});

test('bytes arrive later by the latency, in order', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'latency', options: { latencyMs: 60, jitterMs: 50 } }]);
  const { client, server } = await rig.pair();
  const startMs = performance.now();
  server.send('first ');
  await waitFor('the first', () => client.text === 'first ');
  assert.ok(performance.now() - startMs >= 10);
  for (let i = 0; i < 50; i++) server.send(`${i} `);
  const all = `first ${Array.from({ length: 50 }, (_, i) => `${i} `).join('')}`;
  await waitFor('all of them', () => client.text.length >= all.length);
  assert.equal(client.text, all);
});
