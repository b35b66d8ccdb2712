import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultRig, type Pair } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { idleCut } from './idle-cut.ts';

async function idle(t: Parameters<typeof FaultRig.start>[0], how: string): Promise<Pair & { rig: FaultRig }> {
  const rig = await FaultRig.start(t, [{ kind: 'idle-cut', options: { idleMs: 40, how } }]);
  const pair = await rig.pair();
  await waitFor('the cut', async () => Object.values((await rig.proxy.stats()).cuts).includes(1));
  return { ...pair, rig };
}

test('time counts from the last byte of either side', () => {
  const shaper = idleCut.shape({ idleMs: 100, how: 'reset' }, Math.random, 0);
  assert.equal(shaper.cut({ openedMs: 0, movedMs: 500 }, 599), undefined);
  assert.equal(shaper.cut({ openedMs: 0, movedMs: 500 }, 600), 'reset');
  assert.equal(shaper.cutAtMs({ openedMs: 0, movedMs: 500 }), 600);
});

test('silent: nobody is told, and what comes later is dropped', async (t) => {
  const { client, server, rig } = await idle(t, 'silent');
  server.send('late');
  await waitFor('it to be dropped', async () => (await rig.proxy.stats()).bytesSwallowed === 4);
  await rig.proxy.clear();
  const other = await rig.pair();
  other.server.send('a round trip later');
  await waitFor('the other connection', () => other.client.text !== '');
  assert.deepEqual([client.text, client.ended, server.ended], ['', undefined, undefined]);
});

test('forgotten: who sends next gets RST, the other hears nothing', async (t) => {
  const { client, server } = await idle(t, 'forgotten');
  assert.deepEqual([client.ended, server.ended], [undefined, undefined]);
  server.send('late');
  await waitFor('RST', () => server.ended === 'reset');
  assert.deepEqual([client.text, client.ended], ['', undefined]);
});

test('reset and fin: both sides are told', async (t) => {
  for (const how of ['reset', 'fin'] as const) {
    const { client, server } = await idle(t, how);
    await waitFor(how, () => client.ended === how && server.ended === how);
  }
});
