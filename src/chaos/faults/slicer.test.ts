import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { slicer } from './slicer.ts';

const waiting = { bytes: 100, first: new Uint8Array(100), isLast: false };

test('a slice leaves, and the next one after the pause', () => {
  const shaper = slicer.shape({ sliceBytes: 7, pauseMs: 10 }, Math.random, 0);
  assert.equal(shaper.allows(waiting, 0), 7);
  shaper.left(7, 0);
  assert.equal(shaper.allows(waiting, 9), 0);
  assert.equal(shaper.askAgainMs(9), 10);
  assert.equal(shaper.allows({ ...waiting, bytes: 3 }, 10), 3);
});

test('what arrives in pieces is whole', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'slicer', options: { sliceBytes: 3, pauseMs: 1 } }]);
  const { client, server } = await rig.pair();
  let chunks = 0;
  client.socket.on('data', (chunk: Buffer) => {
    chunks++;
    assert.ok(chunk.length <= 60, 'the slices of a few milliseconds at the most');
  });
  server.send('data: 0123456789\n\n'.repeat(10));
  await waitFor('all', () => client.text.length === 180);
  assert.equal(client.text, 'data: 0123456789\n\n'.repeat(10));
  assert.ok(chunks > 3);
});
