// One file, since HTTP/1, HTTP/2 and TLS are cut, joined and holed by the same scenes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Flags } from '../../../../../test/support/capture/packet-builder.ts';
import { TcpScene, type Who } from '../../../../../test/support/capture/tcp-scene.ts';
import type { Exchange, Flow } from '../../../evidence.ts';

async function flowOf(scene: TcpScene): Promise<Flow> {
  const { source, flows } = await scene.read();
  assert.equal(source.problemCount, 0);
  return flows[0]!;
}

const REQUEST =
  'GET /stream?topic=a&token=abc HTTP/1.1\r\nHost: example.test\r\nAuthorization: Bearer x\r\n\r\n';
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const CHUNK = '9\r\ndata: 1\n\n\r\n';

/** What may not depend on how the bytes are cut into packets. */
const timeless = ({ bursts, request, response, complete, requestComplete, ...rest }: Exchange) => ({
  ...rest,
  burstBytes: bursts.reduce((sum, { bytes }) => sum + bytes, 0),
  request: request && [request.method, request.target, request.headers],
  response: response && [response.status, response.headers],
  isComplete: complete !== undefined,
  isAsked: requestComplete !== undefined,
});

describe('HTTP/1 in a flow', () => {
  it('is a request and its response, whole when its last chunk came, without secrets', async () => {
    const scene = new TcpScene().handshake().text('client', REQUEST).text('server', HEAD);
    scene.wait(1000).text('server', CHUNK).wait(15_000).text('server', CHUNK).text('server', '0\r\n');
    scene.text('server', '\r\n');
    const [exchange, ...others] = (await flowOf(scene)).exchanges;
    assert.deepEqual(others, []);
    assert.equal(exchange!.protocol, 'http/1.1');
    assert.equal(exchange!.framing, 'chunked');
    assert.equal(exchange!.request!.target, '/stream?topic=a&token=redacted');
    assert.deepEqual(exchange!.request!.headers, { host: 'example.test', authorization: 'redacted' });
    assert.equal(exchange!.request!.ref.at, 4);
    assert.deepEqual(exchange!.requestComplete, { ref: { source: 0, at: 4 }, atMs: exchange!.request!.atMs });
    assert.equal(exchange!.response!.status, 200);
    assert.equal(exchange!.response!.headers['content-type'], 'text/event-stream');
    assert.equal(exchange!.bodyBytes, 18);
    assert.deepEqual(
      exchange!.bursts.map(({ ref, bytes }) => [ref.at, bytes]),
      [
        [6, 9],
        [7, 9],
      ],
    );
    assert.equal(exchange!.complete!.ref.at, 9, 'with the empty line behind the last chunk');
    assert.equal(exchange!.hasHoles, false);
  });

  it('is the same however it is cut into packets', async () => {
    const said: [Who, string][] = [
      ['client', `${REQUEST}POST /publish HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello`],
      ['server', `HTTP/1.1 103 Early\r\n\r\n${HEAD}${CHUNK}A;x=y\r\n0123456789\r\n0\r\ntrailer: x\r\n\r\n`],
      ['server', 'HTTP/1.1 204 No Content\n\nHTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n1234'],
    ];
    const whole = new TcpScene().handshake();
    for (const [who, text] of said) whole.text(who, text);
    const expected = (await flowOf(whole)).exchanges.map(timeless);
    assert.deepEqual(
      expected.map(({ framing, isComplete, isAsked, bodyBytes }) => [
        framing,
        isComplete,
        isAsked,
        bodyBytes,
      ]),
      [
        ['chunked', true, true, 19],
        ['no-body', true, true, 0],
        ['content-length', false, false, 4],
      ],
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, async (cuts) => {
        const scene = new TcpScene().handshake();
        let turn = 0;
        for (const [who, text] of said) {
          for (let at = 0; at < text.length; ) {
            const size = cuts[turn++ % cuts.length]!;
            scene.text(who, text.slice(at, at + size));
            at += size;
          }
        }
        assert.deepEqual((await flowOf(scene)).exchanges.map(timeless), expected);
      }),
    );
  });

  it('is not whole when it was closed early, whatever told its length', async () => {
    for (const [head, framing] of [
      [HEAD + CHUNK, 'chunked'],
      ['HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345', 'content-length'],
      ['HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n', 'until-close'],
    ] as const) {
      const scene = new TcpScene().handshake().text('client', REQUEST).text('server', head);
      const [exchange] = (await flowOf(scene.send('server', { flags: Flags.fin | Flags.ack }))).exchanges;
      assert.equal(exchange!.framing, framing);
      assert.equal(exchange!.complete, undefined);
      assert.ok(exchange!.bodyBytes > 0);
    }
  });

  it('knows which answers have no body', async () => {
    const scene = new TcpScene().handshake();
    scene
      .text('client', 'HEAD / HTTP/1.1\r\n\r\n')
      .text('server', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n');
    scene
      .text('client', 'GET / HTTP/1.1\r\n\r\n')
      .text('server', 'HTTP/1.1 304 Same\r\ncontent-length: 5\r\n\r\n');
    scene.text('client', 'GET /ws HTTP/1.1\r\nupgrade: websocket\r\n\r\n');
    scene
      .text('server', 'HTTP/1.1 101 Switching\r\n\r\n')
      .text('server', 'HTTP/1.1 is not read here\r\n\r\n');
    const { exchanges } = await flowOf(scene);
    assert.deepEqual(
      exchanges.map(({ framing, complete, problems }) => [framing, complete !== undefined, problems]),
      [
        ['no-body', true, []],
        ['no-body', true, []],
        [undefined, false, []],
      ],
    );
  });

  it('steps over what the capture lacks within a body, and says so', async () => {
    const chunk = `64\r\n${'x'.repeat(100)}\r\n`;
    const scene = new TcpScene().handshake().text('client', REQUEST).text('server', HEAD);
    scene.text('server', chunk.slice(0, 20)).lose('server', { payload: Buffer.from(chunk.slice(20, 60)) });
    scene.text('server', chunk.slice(60)).wait(100).send('client').text('server', '0\r\n\r\n');
    const [exchange] = (await flowOf(scene)).exchanges;
    assert.deepEqual([exchange!.hasHoles, exchange!.complete !== undefined], [true, true]);
    assert.equal(exchange!.bodyBytes, 60);
  });

  it('finds the chunks again behind a hole that took an end of one', async () => {
    const scene = new TcpScene()
      .handshake()
      .text('client', REQUEST)
      .text('server', HEAD)
      .text('server', CHUNK);
    scene
      .lose('server', { payload: Buffer.from(CHUNK) })
      .text('server', CHUNK)
      .wait(100)
      .send('client');
    scene.text('server', '0\r\n\r\n').text('client', REQUEST).text('server', HEAD);
    const { exchanges } = await flowOf(scene);
    assert.deepEqual(
      exchanges.map(({ bodyBytes, hasHoles, complete }) => [bodyBytes, hasHoles, complete !== undefined]),
      [
        [18, true, true],
        [0, false, false],
      ],
    );
  });

  it('is read in packets that the capture cut, as far as lengths tell', async () => {
    const scene = new TcpScene().handshake().text('client', REQUEST).text('server', HEAD);
    scene.text('server', `400\r\n${'x'.repeat(1024)}\r\n`).text('server', '0\r\n\r\n');
    const cut = new TcpScene();
    for (const packet of scene.packets) {
      const bytes = packet.bytes.subarray(0, 200);
      cut.packets.push({ ...packet, bytes, wireLength: packet.bytes.length });
    }
    const [exchange] = (await flowOf(cut)).exchanges;
    // The end of the chunk is not in the capture, but the last one is.
    assert.deepEqual([exchange!.hasHoles, exchange!.complete !== undefined], [true, true]);
  });

  it('of which the capture has only the middle is found by its chunks', async () => {
    const scene = new TcpScene().text('server', 'of a chunk\r\n').text('server', CHUNK).text('server', CHUNK);
    const flow = await flowOf(scene.text('server', '0\r\n\r\n'));
    assert.equal(flow.sidesBy, 'http');
    const [exchange] = flow.exchanges;
    assert.deepEqual(
      [exchange!.request, exchange!.response, exchange!.framing],
      [undefined, undefined, 'chunked'],
    );
    assert.deepEqual([exchange!.hasHoles, exchange!.bodyBytes, exchange!.complete!.ref.at], [true, 18, 4]);
  });

  it('that is broken is a problem of the exchange', async () => {
    const scene = new TcpScene().handshake().text('client', REQUEST).text('server', `${HEAD}xyz\r\n`);
    const [exchange] = (await flowOf(scene)).exchanges;
    assert.deepEqual(exchange!.problems, ['response: the chunk framing is broken']);
    assert.equal(exchange!.hasHoles, true);
  });

  it('keeps of many exchanges those that are open, and the last', async () => {
    const scene = new TcpScene().handshake().text('client', REQUEST);
    const stream = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    scene.text('server', stream);
    for (let i = 0; i < 300; i++) scene.text('client', `GET /${i} HTTP/1.1\r\n\r\n`).text('server', stream);
    const { exchanges, exchangesLeftOut } = await flowOf(scene);
    assert.equal(exchanges.length, 256);
    assert.equal(exchangesLeftOut, 45);
    assert.equal(exchanges.at(-1)!.request!.target, '/299');
  });
});

describe('TLS in a flow', () => {
  const record = (type: number, body: string | Buffer) => {
    const bytes = Buffer.from(body as string);
    return Buffer.concat([Buffer.from([type, 3, 3, bytes.length >> 8, bytes.length & 255]), bytes]);
  };

  it('shows alerts in clear text, encrypted ones, and the last record of each side', async () => {
    const scene = new TcpScene().handshake().send('client', { payload: record(22, Buffer.alloc(60, 2)) });
    scene.send('server', { payload: record(21, Buffer.from([2, 40])) });
    const { tls } = await flowOf(scene);
    assert.deepEqual(
      tls!.alerts.map(({ from, description }) => [from, description]),
      [['server', 40]],
    );
    const hidden = new TcpScene().handshake().send('client', { payload: record(22, Buffer.alloc(60, 2)) });
    hidden.send('client', { payload: Buffer.concat([record(20, '\x01'), record(23, 'x'.repeat(50))]) });
    hidden
      .send('client', { payload: record(21, 'x'.repeat(26)) })
      .send('server', { payload: record(23, 'y'.repeat(19)) });
    const facts = (await flowOf(hidden)).tls!;
    assert.deepEqual(
      facts.alerts.map(({ from, description }) => [from, description]),
      [['client', undefined]],
    );
    assert.deepEqual(
      [facts.lastRecords.server!.type, facts.lastRecords.server!.bytes, facts.lastRecords.client!.type],
      [23, 19, 21],
    );
  });
});

describe('HTTP/2 in a flow', () => {
  const frame = (type: number, flags: number, streamId: number, payload = '') => {
    const bytes = Buffer.alloc(9 + payload.length);
    bytes.writeUIntBE(payload.length, 0, 3);
    bytes[3] = type;
    bytes[4] = flags;
    bytes.writeUInt32BE(streamId, 5);
    bytes.write(payload, 9, 'latin1');
    return bytes.toString('latin1');
  };
  const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  const started = () =>
    new TcpScene().handshake().text('client', PREFACE + frame(4, 0, 0, '\0\x03\0\0\0\x64'));

  it('has what either side says of the connection and of its streams', async () => {
    const scene = started().text('server', frame(4, 0, 0) + frame(4, 1, 0));
    scene.text('client', frame(1, 5, 1, '\x82') + frame(1, 5, 3, '\x82') + frame(6, 0, 0, '12345678'));
    scene.text('server', frame(1, 4, 1, '\x88') + frame(0, 0, 1, 'data') + frame(6, 1, 0, '12345678'));
    scene.wait(1000).text('server', frame(0, 1, 1, 'more') + frame(3, 0, 3, '\0\0\0\x08'));
    scene.text('server', frame(7, 0, 0, '\0\0\0\x03\0\0\0\x0btoo_many_pings'));
    const { http2, exchanges } = await flowOf(scene);
    assert.deepEqual(
      http2!.settings.map(({ from, values }) => [from, values]),
      [
        ['client', { 3: 100 }],
        ['server', {}],
      ],
    );
    assert.deepEqual(http2!.pings, { client: 1, server: 0 });
    const [goaway] = http2!.goaways;
    assert.deepEqual(
      [goaway!.from, goaway!.lastStreamId, goaway!.code, goaway!.debug],
      ['server', 3, 11, 'too_many_pings'],
    );
    const [whole, reset] = exchanges;
    assert.deepEqual(
      [whole!.id, whole!.bodyBytes, whole!.complete!.ref.at, whole!.bursts.length],
      [1, 8, 8, 2],
    );
    assert.equal(whole!.requestComplete!.ref.at, 6);
    assert.equal(reset!.complete, undefined);
    assert.deepEqual(
      reset!.resets.map(({ from, code }) => [from, code]),
      [['server', 8]],
    );
  });

  it('is the same however it is cut into packets', async () => {
    const server =
      frame(4, 0, 0) +
      frame(1, 4, 1, '\x88') +
      frame(0, 0, 1, 'x'.repeat(300)) +
      frame(0, 1, 1) +
      frame(7, 0, 0, '\0'.repeat(8));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), async (cuts) => {
        const scene = started().text('client', frame(1, 5, 1, '\x82'));
        for (let at = 0, turn = 0; at < server.length; turn++) {
          const size = cuts[turn % cuts.length]!;
          scene.text('server', server.slice(at, at + size));
          at += size;
        }
        const { exchanges, http2 } = await flowOf(scene);
        assert.deepEqual([exchanges[0]!.bodyBytes, exchanges[0]!.complete !== undefined], [300, true]);
        assert.equal(http2!.goaways.length, 1);
      }),
    );
  });

  it('of which the capture has only the middle is found by its frames', async () => {
    const scene = new TcpScene()
      .text('server', 'rest of a frame')
      .text('server', frame(0, 0, 5, 'data: 1\n\n'));
    scene.text('server', frame(7, 0, 0, '\0\0\0\x05\0\0\0\0'));
    const { http2, exchanges } = await flowOf(scene);
    assert.equal(http2!.goaways.length, 1);
    assert.deepEqual([exchanges[0]!.id, exchanges[0]!.hasHoles], [5, true]);
  });

  it('knows no end of a stream that lies in a hole', async () => {
    const scene = started()
      .text('client', frame(1, 5, 1, '\x82'))
      .text('server', frame(4, 0, 0));
    scene
      .text('server', frame(0, 0, 1, 'data'))
      .lose('server', { payload: Buffer.from(frame(0, 1, 1), 'latin1') });
    scene
      .text('server', frame(6, 0, 0, '12345678'))
      .wait(100)
      .send('client')
      .send('client');
    const [exchange] = (await flowOf(scene)).exchanges;
    assert.deepEqual([exchange!.complete, exchange!.hasHoles], [undefined, true]);
  });
});
