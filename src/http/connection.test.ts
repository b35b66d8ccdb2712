import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { waitFor } from '../../test/support/wait-for.ts';
import { connectionOf, resetConnection } from './connection.ts';

async function pair(t: TestContext): Promise<{ server: Socket; client: Socket }> {
  const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connect({
    port: (listener.address() as AddressInfo).port,
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  const [[server]] = (await Promise.all([once(listener, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
  for (const socket of [client, server]) socket.on('error', () => {});
  t.after(() => {
    client.destroy();
    server.destroy();
    listener.close();
  });
  return { server, client };
}

test('a reset at any moment of an end closes the socket', async (t) => {
  const turns = [
    () => undefined,
    () => Promise.resolve(),
    () => new Promise((resolve) => setImmediate(resolve)),
  ];
  for (const turn of turns) {
    const { server } = await pair(t);
    let isClosed = false;
    server.on('close', () => {
      isClosed = true;
    });
    server.end('last');
    await turn();
    resetConnection(server);
    await waitFor('the close', () => isClosed);
  }
});

test('both ends of a connection are told without leaving them on the socket', async (t) => {
  const { server, client } = await pair(t);
  const keys = Object.keys(server);
  const connection = connectionOf(server);
  assert.deepEqual(Object.keys(server), keys);
  assert.deepEqual(connection, {
    localPort: client.remotePort,
    remotePort: client.localPort,
    remoteAddress: '127.0.0.1',
  });
  server.destroy();
  assert.equal(connectionOf(server), undefined);
});
