import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';

test('noop passes bytes both ways, and the end of each side by itself', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'noop' }]);
  const { client, server } = await rig.pair();
  client.send('question');
  await waitFor('the question', () => server.text === 'question');
  client.socket.end();
  await waitFor('the end of the question', () => server.ended === 'fin');
  // Half closed: the answer still has its way.
  server.send('answer');
  await waitFor('the answer', () => client.text === 'answer');
  assert.equal(client.ended, undefined);
  server.socket.end();
  await waitFor('the end of the answer', () => client.ended === 'fin');
});
