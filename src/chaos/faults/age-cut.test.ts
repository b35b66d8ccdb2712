import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { ageCut } from './age-cut.ts';

test('the age counts, whatever moves; the jitter is the connection’s own', () => {
  const shaper = ageCut.shape({ ageMs: 100, jitterMs: 50, how: 'fin' }, () => 0.5, 0);
  assert.equal(shaper.cutAtMs({ openedMs: 1000, movedMs: 1120 }), 1125);
  assert.equal(shaper.cut({ openedMs: 1000, movedMs: 1124 }, 1124), undefined);
  assert.equal(shaper.cut({ openedMs: 1000, movedMs: 1125 }, 1125), 'fin');
});

test('a connection ends in the middle of its traffic', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'age-cut', options: { ageMs: 60, how: 'reset' } }]);
  const { client, server } = await rig.pair();
  const timer = setInterval(() => server.send('data: more\n\n'), 5);
  t.after(() => clearInterval(timer));
  await waitFor('RST', () => client.ended === 'reset');
  assert.ok(client.bytes.length > 0);
});
