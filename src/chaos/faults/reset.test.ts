import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type End, FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';

test('both sides get RST at once', async (t) => {
  const rig = await FaultRig.start(t);
  const { client, server } = await rig.pair();
  await rig.proxy.add({ kind: 'reset' });
  await waitFor('both', () => client.ended === 'reset' && server.ended === 'reset');
});

test('the side that the direction points to gets RST, the other FIN', async (t) => {
  const rig = await FaultRig.start(t);
  const { client, server } = await rig.pair();
  await rig.proxy.add({ kind: 'reset', direction: 'up' });
  await waitFor('both', () => client.ended === 'fin' && server.ended === 'reset');
});

test('so many bytes pass, and not one more', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'reset', direction: 'down', options: { afterBytes: 5 } }]);
  const { client, server } = await rig.pair();
  let most = 0;
  client.socket.on('data', (chunk: Buffer) => {
    most += chunk.length;
  });
  server.send('0123456789');
  await waitFor('RST', () => client.ended === 'reset');
  // RST may overtake them, as it does on a network.
  assert.ok(most <= 5);
});

test('it comes after its time, also on a quiet connection', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'reset', options: { afterMs: 30 } }]);
  const startMs = performance.now();
  const { client } = await rig.pair();
  await waitFor('RST', () => client.ended === 'reset');
  assert.ok(performance.now() - startMs >= 25);
});

test('the probability is that of connections, and the same ones for the same seed', async (t) => {
  const hits = async () => {
    const rig = await FaultRig.start(t, [{ kind: 'reset', probability: 0.3, seed: 11 }]);
    const clients: End[] = [];
    for (let i = 0; i < 40; i++) clients.push(await rig.client());
    await waitFor('those that are hit', async () => (await rig.proxy.stats()).connections <= 40);
    const expected = (await rig.proxy.stats()).cuts.reset;
    await waitFor('all RST', () => clients.filter(({ ended }) => ended === 'reset').length === expected);
    return clients.map(({ ended }) => ended === 'reset');
  };
  const [first, second] = [await hits(), await hits()];
  assert.deepEqual(first, second);
  const count = first.filter(Boolean).length;
  assert.ok(count >= 4 && count <= 22, `${count} of 40`);
});
