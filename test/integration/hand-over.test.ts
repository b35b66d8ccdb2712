import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CatchUp } from '../../src/hub/catch-up.ts';
import { Subscription } from '../../src/hub/subscription.ts';
import { Ring } from '../../src/log/ring.ts';
import { runHandOverScenario } from '../support/hand-over-scenario.ts';

// In the title, so that a failing run can be had again: HAND_OVER_SEED=... npm test
const seed = Number(process.env.HAND_OVER_SEED ?? Math.floor(Math.random() * 2 ** 32));

test(`1,000 streams that come and go receive exactly what the log has for them (seed ${seed})`, async (t) => {
  const { received, resumes, ...faults } = await runHandOverScenario(t, {
    seed,
    streams: 1000,
    events: 10_000,
  });
  assert.deepEqual(faults, { lost: 0, repeated: 0, outOfOrder: 0, stray: 0, gaps: 0 });
  assert.ok(resumes > 1000, `only ${resumes} resumes`);
  assert.ok(received > 100_000, `only ${received} events received`);
});

// The scenario is worth what it finds. Each of these breaks the hub in one place.
const small = { streams: 200, events: 2000 };

test('the scenario finds streams that turn live before they have reached the head', async (t) => {
  t.mock.method(CatchUp.prototype, 'hasReachedHead', () => true);
  const { lost } = await runHandOverScenario(t, { ...small, seed: 1 });
  assert.ok(lost > 0);
});

test('the scenario finds announcements that are forgotten while a stream waits for its slice', async (t) => {
  const { hit } = Subscription.prototype;
  t.mock.method(Subscription.prototype, 'hit', function (this: Subscription, position: number) {
    if (!this.isDirty || position % 2 === 0) hit.call(this, position);
  });
  const { lost } = await runHandOverScenario(t, { ...small, seed: 2 });
  assert.ok(lost > 0);
});

test('the scenario finds a catch-up that reads its own position again', async (t) => {
  const { read } = Ring.prototype;
  t.mock.method(Ring.prototype, 'read', function (this: Ring, ...[after, ...rest]: Parameters<Ring['read']>) {
    return read.call(this, Math.max(after - 1, 0), ...rest);
  });
  const { repeated } = await runHandOverScenario(t, { ...small, seed: 3 });
  assert.ok(repeated > 0);
});
