import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';

test('nothing gets through and no end is told; the other connections go on', async (t) => {
  const rig = await FaultRig.start(t);
  const { client, server } = await rig.pair();
  await rig.proxy.add({ kind: 'blackhole' });
  server.socket.end('lost');
  client.send('lost too');
  await waitFor('both to be swallowed', async () => (await rig.proxy.stats()).bytesSwallowed === 12);
  await rig.proxy.remove('blackhole');
  const other = await rig.pair();
  other.server.send('here');
  await waitFor('the other connection', () => other.client.text === 'here');
  // A stream with a hole in it would be a lie, so it never works again.
  assert.deepEqual([client.text, client.ended, server.text, server.ended], ['', undefined, '', undefined]);
  client.send('and again');
  other.client.send('there');
  await waitFor('the other way', () => other.server.text === 'there');
  assert.deepEqual([server.text, server.ended], ['', undefined]);
});

test('a connection that nothing was swallowed of goes on when it is taken away', async (t) => {
  const rig = await FaultRig.start(t);
  const { client, server } = await rig.pair();
  await rig.proxy.add({ kind: 'blackhole' });
  await rig.proxy.remove('blackhole');
  server.send('whole');
  await waitFor('the bytes', () => client.text === 'whole');
});

test('a connection in the dark is reset when its time is over', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'blackhole' }], { maxDarkMs: 20 });
  const { client, server } = await rig.pair();
  await waitFor('both to be reset', () => client.ended === 'reset' && server.ended === 'reset');
});
