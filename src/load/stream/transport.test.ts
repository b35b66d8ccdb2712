import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { waitFor } from '../../../test/support/wait-for.ts';
import { LoadStream, type StreamEnd } from './load-stream.ts';
import { openTcp } from './transport.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

interface Connection {
  readonly socket: Socket;
  readonly from: string | undefined;
  request: string;
  ended: 'fin' | 'reset' | undefined;
}

async function serve(t: TestContext, onRequest: (socket: Socket) => void) {
  const connections: Connection[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection: Connection = { socket, from: socket.remoteAddress, request: '', ended: undefined };
    connections.push(connection);
    socket.on('data', (bytes) => {
      connection.request += bytes;
      if (connection.request.endsWith('\r\n\r\n')) onRequest(socket);
    });
    socket.on('end', () => {
      connection.ended ??= 'fin';
      socket.end();
    });
    socket.on('error', () => {
      connection.ended ??= 'reset';
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const { socket } of connections) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections };
}

/** A stream over TCP and what it said. */
function connect(port: number, plan: { localAddress?: string; readBytesPerSecond?: number } = {}) {
  const events: string[] = [];
  const ends: StreamEnd[] = [];
  const seen = { bytes: 0, connects: 0, heads: 0 };
  const stream = new LoadStream(
    {
      target: { address: '127.0.0.1', port },
      openTransport: openTcp,
      host: `127.0.0.1:${port}`,
      headers: [],
      connectTimeoutMs: 5000,
      headTimeoutMs: 5000,
      silenceTimeoutMs: undefined,
    },
    {
      onConnect: () => seen.connects++,
      onHead: () => seen.heads++,
      onFirstEvent: () => {},
      onEvent: (_stream, data) => events.push(data),
      onHeartbeat: () => {},
      onBytes: (_stream, bytes) => {
        seen.bytes += bytes;
      },
      onOversized: () => {},
      onEnd: (_stream, end) => ends.push(end),
    },
    { index: 0, path: '/', ...plan },
  );
  stream.open();
  return { stream, events, ends, seen };
}

describe('a stream over TCP', () => {
  it('reads events in one-byte chunks and a clean end, from the address that was asked for', async (t) => {
    const { port, connections } = await serve(t, (socket) => {
      socket.write(HEAD);
      for (const byte of 'id: 1\ndata: hello\n\n') socket.write(chunk(byte));
      socket.write('0\r\n\r\n');
    });
    const { events, ends } = connect(port, { localAddress: '127.0.0.3' });
    await waitFor('the end', () => ends[0]);
    assert.deepEqual(events, ['hello']);
    assert.equal(ends[0]!.kind, 'complete');
    assert.equal(connections[0]!.from, '127.0.0.3');
    await waitFor('the FIN', () => connections[0]!.ended === 'fin');
  });

  it('keeps streams apart that share one read buffer', async (t) => {
    const sockets: Socket[] = [];
    const { port } = await serve(t, (socket) => sockets.push(socket));
    const all = Array.from({ length: 20 }, () => connect(port));
    await waitFor('all requests', () => sockets.length === 20);
    // Each sends its event in two halves, all first halves before all second ones.
    for (const [index, socket] of sockets.entries()) socket.write(`${HEAD}${chunk(`data: from ${index}, `)}`);
    await waitFor('all halves', () => all.every(({ seen }) => seen.bytes > HEAD.length));
    for (const [index, socket] of sockets.entries()) socket.write(chunk(`to ${index}\n\n`));
    await waitFor('all events', () => all.every(({ events }) => events.length === 1));
    assert.deepEqual(
      all.map(({ events }) => events[0]).sort(),
      sockets.map((_, index) => `from ${index}, to ${index}`).sort(),
    );
    for (const { stream } of all) stream.leave();
  });

  it('sees a FIN in the middle, a reset, and nobody listening', async (t) => {
    let turn = 0;
    const { port } = await serve(t, (socket) => {
      if (turn++ === 0) socket.end(`${HEAD}5\r\nda`);
      else socket.write(HEAD, () => socket.resetAndDestroy());
    });
    const cut = connect(port);
    assert.equal((await waitFor('the end', () => cut.ends[0])).kind, 'truncated');
    const reset = connect(port);
    const { kind, detail } = await waitFor('the end', () => reset.ends[0]);
    assert.deepEqual([kind, detail], ['reset', 'ECONNRESET']);

    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const closedPort = (probe.address() as AddressInfo).port;
    probe.close();
    await once(probe, 'close');
    const refused = connect(closedPort);
    const end = await waitFor('the end', () => refused.ends[0]);
    assert.deepEqual([end.kind, end.detail], ['unreachable', 'ECONNREFUSED']);
  });

  it('leaves with FIN although the server goes on sending, and aborts with RST', async (t) => {
    const { port, connections } = await serve(t, (socket) => socket.write(HEAD));
    const polite = connect(port);
    const rude = connect(port);
    await waitFor('both heads', () => polite.seen.heads + rude.seen.heads === 2);
    for (const { socket } of connections) socket.write(chunk('data: unread\n\n'));
    polite.stream.leave();
    rude.stream.abort();
    await waitFor('both ends', () => connections.every(({ ended }) => ended !== undefined));
    assert.deepEqual(connections.map(({ ended }) => ended).sort(), ['fin', 'reset']);
    assert.deepEqual([polite.ends.length, rude.ends.length], [1, 1]);
  });

  it('may be left before it is connected, without an error', async (t) => {
    const { port } = await serve(t, () => {});
    const first = connect(port);
    first.stream.leave();
    const second = connect(port);
    second.stream.abort();
    assert.deepEqual([first.ends[0]?.kind, second.ends[0]?.kind], ['own', 'own']);
    const third = connect(port);
    await waitFor('a later connection', () => third.seen.connects === 1);
    third.stream.leave();
    assert.deepEqual([first.seen.connects, second.seen.connects], [0, 0]);
  });

  it('that is slow takes no more than its rate, and all of it in the end', async (t) => {
    const body = Array.from({ length: 40 }, (_, index) => chunk(`data: ${index}${' '.repeat(90)}\n\n`)).join(
      '',
    );
    const { port } = await serve(t, (socket) => socket.end(`${HEAD}${body}0\r\n\r\n`));
    const { stream, events, ends, seen } = connect(port, { readBytesPerSecond: 1000 });
    await waitFor('its first share', () => seen.bytes >= 1000);
    let shares = 1;
    while (ends.length === 0) {
      const before = seen.bytes;
      assert.ok(before <= (shares + 1) * 1000, `${before} bytes with ${shares} shares`);
      stream.tick(0, 1000);
      shares++;
      await waitFor('the next share', () => seen.bytes > before || ends.length > 0);
    }
    assert.equal(ends[0]!.kind, 'complete');
    assert.equal(events.length, 40);
    assert.ok(shares >= 4, `${shares} shares`);
  });
});
