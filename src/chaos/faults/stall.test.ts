import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { stall } from './stall.ts';

const waiting = { bytes: 100, first: new Uint8Array(100), isLast: false };

test('it lasts for its time, or until it is taken away', () => {
  const short = stall.shape({ forMs: 50 }, Math.random, 1000);
  assert.deepEqual([short.allows(waiting, 1049), short.askAgainMs(1000)], [0, 1050]);
  assert.equal(short.allows(waiting, 1050), 100);
  const long = stall.shape({ forMs: undefined }, Math.random, 0);
  assert.deepEqual([long.allows(waiting, 1e12), long.askAgainMs(1e12)], [0, Number.POSITIVE_INFINITY]);
});

test('what was held is there when it is taken away, the end included', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'stall' }, { kind: 'noop' }]);
  const { client, server } = await rig.pair();
  server.socket.end('all of it');
  client.send('question');
  // By now bytes that were not held would be there: the same way, another connection.
  await rig.proxy.change('stall', { direction: 'up' });
  await waitFor('what was held', () => client.text === 'all of it' && client.ended === 'fin');
  assert.equal(server.text, '');
  await rig.proxy.remove('stall');
  await waitFor('the question', () => server.text === 'question');
});
