import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { withCode } from '../../../test/support/with-code.ts';
import { ControlClient } from './control-client.ts';
import { ControlServer } from './control-server.ts';

async function control(t: TestContext) {
  const rig = await FaultRig.start(t);
  const server = await ControlServer.start({ host: '127.0.0.1', port: 0 }, rig.proxy);
  t.after(() => server.close());
  return { rig, url: server.url, client: new ControlClient(server.url) };
}

test('faults are put on, changed and taken away over HTTP while connections are open', async (t) => {
  const { rig, client: asked } = await control(t);
  const { client, server } = await rig.pair();
  const fault = await asked.add({ kind: 'stall', direction: 'down', name: 'mine' });
  assert.deepEqual(fault, {
    name: 'mine',
    kind: 'stall',
    direction: 'down',
    probability: 1,
    seed: 1,
    options: {},
  });
  server.send('held');
  client.send('passes');
  await waitFor('the other direction', () => server.text === 'passes');
  assert.equal(client.text, '');
  assert.deepEqual((await asked.change('mine', { direction: 'up' })).direction, 'up');
  await waitFor('what was held', () => client.text === 'held');
  assert.deepEqual((await asked.faults()).length, 1);
  assert.deepEqual((await asked.remove('mine')).name, 'mine');
  await asked.add({ kind: 'noop' });
  await asked.clear();
  assert.deepEqual(await asked.faults(), []);
  const stats = await asked.stats();
  assert.deepEqual([stats.connections, stats.bytesDown, stats.bytesUp], [1, 4, 6]);
});

test('a mistake is answered with what is wrong and what would be right', async (t) => {
  const { url, client } = await control(t);
  await assert.rejects(client.add({ kind: 'stal' }), withCode('ERR_BAD_FAULT', /`stall`/));
  await assert.rejects(client.remove('x'), withCode('ERR_NO_SUCH_FAULT', /None is on/));
  const ask = async (path: string, init: RequestInit) => {
    const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(5000) });
    return [response.status, ((await response.json()) as { code: string }).code];
  };
  assert.deepEqual(await ask('/faults', { method: 'POST', body: 'no' }), [400, 'ERR_BAD_JSON']);
  assert.deepEqual(await ask('/faults', { method: 'POST', body: '[]' }), [400, 'ERR_BAD_FAULT']);
  assert.deepEqual(await ask('/faults', { method: 'POST', body: '{"kid": 1}' }), [400, 'ERR_BAD_FAULT']);
  assert.deepEqual(await ask('/fault', {}), [404, 'ERR_NOT_FOUND']);
  assert.deepEqual(await ask('/faults/%E0', { method: 'DELETE' }), [400, 'ERR_BAD_REQUEST']);
  const long = { method: 'POST', body: ' '.repeat(70_000) };
  assert.deepEqual(await ask('/faults', long), [413, 'ERR_BODY_TOO_LARGE']);
  await assert.rejects(new ControlClient('http://127.0.0.1:1').stats(), withCode('ERR_UNREACHABLE'));
});
