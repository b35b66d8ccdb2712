import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { slowRead } from './slow-read.ts';

test('nothing is held: the next read is made when the last one has left', () => {
  assert.equal(slowRead.shape({ bytesPerSecond: 10 }, Math.random, 0).maxHeldBytes, 1);
});

test('the buffers of the sender fill, and all arrives when the reader is fast again', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'slow-read', options: { bytesPerSecond: 100 } }]);
  const { client, server } = await rig.pair();
  // More than the kernels of a loopback connection hold.
  const data = Buffer.alloc(24 * 1024 * 1024, 'x');
  server.send(data);
  await waitFor('the first bytes', () => client.bytes.length > 0);
  assert.ok(server.socket.writableLength > 0);
  await rig.proxy.change('slow-read', { options: { bytesPerSecond: 1_000_000_000 } });
  await waitFor('all bytes', () => client.bytes.length === data.length);
  assert.equal(server.socket.writableLength, 0);
});
