import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';

const event = 'data: 0123456789\n\n';

test('FIN comes in the middle of the next event', async (t) => {
  const rig = await FaultRig.start(t);
  const { client, server } = await rig.pair();
  server.send(event);
  await waitFor('the first event', () => client.text === event);
  await rig.proxy.add({ kind: 'truncate' });
  server.send(event);
  await waitFor('FIN', () => client.ended === 'fin');
  const rest = client.text.slice(event.length);
  assert.ok(rest.length > 0 && rest.length < event.length && event.startsWith(rest), JSON.stringify(rest));
  assert.ok(!rest.endsWith('\n'));
  await waitFor('the server to be told', () => server.ended !== undefined);
});

test('so many bytes pass before it', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'truncate', options: { afterBytes: event.length } }]);
  const { client, server } = await rig.pair();
  server.send(event.repeat(3));
  await waitFor('FIN', () => client.ended === 'fin');
  assert.ok(client.text.startsWith(event));
  assert.ok(client.text.length > event.length && client.text.length < event.length * 3);
});
