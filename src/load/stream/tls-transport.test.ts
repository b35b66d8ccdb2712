import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, describe, it, type TestContext } from 'node:test';
import { ScriptedServer } from '../../../test/support/scripted-server.ts';
import { startTls, trustInThisProcess } from '../../../test/support/tls-terminator.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { LoadStream, type StreamEnd } from './load-stream.ts';
import { openTransport } from './open-transport.ts';

interface Plan {
  readonly tlsName?: string;
  readonly localAddress?: string;
  readonly readBytesPerSecond?: number;
}

function connect(port: number, { tlsName = 'localhost', ...plan }: Plan = {}) {
  const events: string[] = [];
  const ends: StreamEnd[] = [];
  const seen = { bytes: 0, heads: 0 };
  const stream = new LoadStream(
    {
      target: { address: '127.0.0.1', port, tlsName },
      openTransport,
      host: 'localhost',
      headers: [],
      connectTimeoutMs: 5000,
      headTimeoutMs: 5000,
      silenceTimeoutMs: undefined,
    },
    {
      onConnect: () => {},
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
    { index: 0, path: '/stream', ...plan },
  );
  stream.open();
  return { stream, events, ends, seen };
}

async function serve(t: TestContext) {
  const server = await ScriptedServer.start(t);
  // Its first stream is taken for the tool's first look.
  await fetch(`${server.url}/stream`).then(({ body }) => body?.cancel());
  const publish = (data: string) =>
    fetch(`${server.url}/publish`, { method: 'POST', body: JSON.stringify({ topic: 'a', data }) });
  return { server, publish, tls: await startTls(t, server.port) };
}

describe('a stream over TLS', () => {
  before(trustInThisProcess);

  it('reads events, from the address that was asked for, and leaves with FIN', async (t) => {
    const { publish, tls } = await serve(t);
    const { stream, events, ends, seen } = connect(tls.port, { localAddress: '127.0.0.4' });
    await waitFor('the head', () => seen.heads === 1);
    await publish('hello');
    await waitFor('the event', () => events.length === 1);
    stream.leave();
    await waitFor('the FIN', () => tls.clients[0]?.ended === 'fin');
    assert.deepEqual([events, ends.length, ends[0]!.kind], [['hello'], 1, 'own']);
    assert.deepEqual([tls.clients[0]!.from, tls.clients[0]!.name], ['127.0.0.4', 'localhost']);
  });

  it('aborts with RST, which TLS cannot send itself', async (t) => {
    const { tls } = await serve(t);
    const { stream, ends, seen } = connect(tls.port);
    await waitFor('the head', () => seen.heads === 1);
    stream.abort();
    await waitFor('the RST', () => tls.clients[0]?.ended === 'reset');
    assert.deepEqual([ends.length, ends[0]!.detail], [1, 'left with RST']);
  });

  it('checks the certificate against the name or address in the URL', async (t) => {
    const { tls } = await serve(t);
    const other = connect(tls.port, { tlsName: 'other.test' });
    const end = await waitFor('the end', () => other.ends[0]);
    assert.deepEqual([end.kind, end.detail], ['unreachable', 'ERR_TLS_CERT_ALTNAME_INVALID']);
    const byAddress = connect(tls.port, { tlsName: '127.0.0.1' });
    await waitFor('the head', () => byAddress.seen.heads === 1);
    byAddress.stream.leave();
  });

  it('says of a server without TLS that it cannot be reached', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => void server.close());
    const { ends } = connect((server.address() as AddressInfo).port);
    assert.equal((await waitFor('the end', () => ends[0])).kind, 'unreachable');
  });

  it('may be left before it is connected, and is told of nothing afterwards', async (t) => {
    const { tls } = await serve(t);
    const [first, second] = [connect(tls.port), connect(tls.port)];
    first.stream.leave();
    second.stream.abort();
    const third = connect(tls.port);
    await waitFor('a later head', () => third.seen.heads === 1);
    third.stream.leave();
    assert.deepEqual([first.ends.length, second.ends.length], [1, 1]);
    assert.deepEqual([first.seen.heads, second.seen.heads], [0, 0]);
  });

  it('that is slow stops reading when it has had its share', async (t) => {
    const { publish, tls } = await serve(t);
    const { stream, seen, events } = connect(tls.port, { readBytesPerSecond: 1000 });
    await waitFor('the head', () => seen.heads === 1);
    for (let i = 0; i < 4; i++) await publish('x'.repeat(1000));
    await waitFor('its share', () => seen.bytes >= 1000);
    const before = seen.bytes;
    await publish('y'.repeat(1000));
    // Whatever else there was has had its turn when a new stream has come and gone.
    const other = connect(tls.port);
    await waitFor('another head', () => other.seen.heads === 1);
    assert.equal(seen.bytes, before);
    for (let second = 0; events.length < 5; second++) {
      assert.ok(second < 20, 'it reads on in the end');
      const now = seen.bytes;
      stream.tick(0, 1000);
      if (now < 5000) await waitFor('a little more', () => seen.bytes > now || second % 2 === 1);
    }
    stream.leave();
    other.stream.leave();
  });
});
