import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { waitFor, within } from '../../test/support/wait-for.ts';
import { HoldfastError } from '../base/errors.ts';
import { createHub } from '../http/create-hub.ts';
import type { RunningServer } from './listening.ts';
import { startServer } from './server.ts';

const anyPort = { host: '127.0.0.1', port: 0 };

/** In place of a hub: its requests go to a handler, its streams nowhere. */
function hubOf(handle: RequestListener): Parameters<typeof startServer>[1] {
  const hub = createHub();
  return { handle, front: hub.front };
}

async function start(t: TestContext, handle: RequestListener): Promise<RunningServer> {
  const server = await startServer(anyPort, hubOf(handle), assert.fail);
  t.after(() => within('the server to close', server.close()));
  return server;
}

class RawClient {
  received = '';
  error: NodeJS.ErrnoException | undefined;
  /** The server has finished its side. */
  finished = false;
  closed = false;
  readonly socket: Socket;

  constructor(server: RunningServer) {
    const { host, port } = server.address;
    this.socket = connect({ host, port, allowHalfOpen: true });
    this.socket.setEncoding('latin1').on('data', (text: string) => {
      this.received += text;
    });
    this.socket.on('error', (error) => {
      this.error = error;
    });
    this.socket.on('end', () => {
      this.finished = true;
    });
    this.socket.on('close', () => {
      this.closed = true;
    });
  }
}

test('what is not HTTP is answered with 400 and a problem, and closed without a reset', async (t) => {
  const server = await start(t, (_, response) => response.end());
  const client = new RawClient(server);
  client.socket.write('garbage\r\n\r\n');
  await waitFor('the answer', () => client.received.endsWith('}\n'));
  assert.match(client.received, /^HTTP\/1\.1 400 Bad Request\r\n(?:[^\r]+\r\n)*connection: close\r\n/);
  const [, body = ''] = client.received.split('\r\n\r\n');
  assert.equal(JSON.parse(body).status, 400);
  // A client that still talks: a connection that was closed for good would answer this with a reset.
  for (let writes = 0; writes < 5; writes++) {
    await new Promise((resolve) => client.socket.write('more garbage', resolve));
  }
  client.socket.end();
  await waitFor('the close', () => client.closed);
  assert.equal(client.error, undefined);
});

test('a client that goes on with garbage for ever is closed', async (t) => {
  const server = await start(t, (_, response) => response.end());
  const client = new RawClient(server);
  await waitFor('the close', () => {
    if (!client.closed) client.socket.write('garbage\r\n\r\n');
    return client.closed;
  });
});

test('a request head that is too large is answered with 431', async (t) => {
  const server = await start(t, (_, response) => response.end());
  const client = new RawClient(server);
  client.socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
  await waitFor('the answer', () => client.received.includes('\r\n\r\n'));
  assert.match(client.received, /^HTTP\/1\.1 431 /);
  client.socket.destroy();
});

test('garbage behind a stream request never puts an answer into the stream', async (t) => {
  const server = await start(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  const client = new RawClient(server);
  client.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await waitFor('the stream', () => client.received.includes('data: 1'));
  client.socket.write('\u0000garbage\r\n\r\n');
  await waitFor('the end', () => client.finished || client.closed);
  assert.equal(client.received.match(/HTTP\/1\.1/g)?.length, 1);
});

test('a taken port is a failure that names it and says what to do', async (t) => {
  const first = await start(t, (_, response) => response.end());
  await assert.rejects(
    startServer(
      first.address,
      hubOf(() => {}),
      assert.fail,
    ),
    (error) => {
      assert.ok(error instanceof HoldfastError);
      assert.equal(error.code, 'ERR_LISTEN');
      assert.equal(error.message, `Cannot listen on 127.0.0.1:${first.address.port}: the port is taken`);
      assert.match(error.help, /--listen/);
      return true;
    },
  );
});

test('an address of another machine is a failure', async () => {
  await assert.rejects(
    startServer(
      { host: '192.0.2.1', port: 0 },
      hubOf(() => {}),
      assert.fail,
    ),
    /Cannot listen on 192\.0\.2\.1:0: the address is not one of this machine/,
  );
});

test('closing lets an answer that is under way finish, and then closes its kept-alive connection', async (t) => {
  let finish = () => {};
  const server = await startServer(
    anyPort,
    hubOf((_, response) => {
      response.write('begun ');
      finish = () => response.end('finished');
    }),
    assert.fail,
  );
  t.after(() => server.close());
  const client = new RawClient(server);
  client.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await waitFor('the first part', () => client.received.includes('begun'));
  server.stopListening();
  const closed = server.close();
  finish();
  await within('the server to close', closed, 1500);
  await waitFor('the end', () => client.finished);
  assert.match(client.received, /finished\r\n0\r\n\r\n$/);
});

test('closing does not wait for ever for a client that sends nothing', async () => {
  const server = await startServer(
    anyPort,
    hubOf(() => {}),
    assert.fail,
  );
  const client = new RawClient(server);
  await waitFor('the connection', () => !client.socket.connecting);
  await within('the server to close', server.close(), 5000);
});
