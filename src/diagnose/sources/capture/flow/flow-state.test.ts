// One file, since every mark of a flow is set by the same scenes of segments.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Flags, icmpError, linkLayers } from '../../../../../test/support/capture/packet-builder.ts';
import { SYN_OPTIONS, TcpScene } from '../../../../../test/support/capture/tcp-scene.ts';
import type { Flow, Segment, SegmentMark } from '../../../evidence.ts';

const data = (text: string) => ({ payload: Buffer.from(text), flags: Flags.ack | Flags.psh });

async function flowOf(scene: TcpScene): Promise<Flow> {
  const { source, flows } = await scene.read();
  assert.equal(source.problemCount, 0);
  assert.equal(flows.length, 1);
  return flows[0]!;
}

const marksOf = ({ segments }: Flow) => segments.map(({ marks }) => marks.join(' '));
const withMark = ({ segments }: Flow, mark: SegmentMark): Segment[] =>
  segments.filter(({ marks }) => marks.includes(mark));

describe('a flow', () => {
  it('knows its sides, its start, and what each side sent', async () => {
    const scene = new TcpScene({ clientSeq: 0xffffff00, serverSeq: 0xfffffff0 }).handshake();
    scene
      .send('client', data('x'.repeat(1000)))
      .send('server', data('y'.repeat(40)))
      .send('client');
    const flow = await flowOf(scene);
    assert.deepEqual(flow.client, { address: '10.0.0.1', port: 40_000 });
    assert.deepEqual(flow.server, { address: '10.0.0.2', port: 80 });
    assert.equal(flow.sidesBy, 'syn');
    assert.equal(flow.sawStart, true);
    assert.equal(flow.establishedMs, flow.segments[2]!.atMs);
    const { client, server } = flow.halves;
    assert.deepEqual(
      [client.bytes, client.missingBytes, server.bytes, server.missingBytes],
      [1000, 0, 40, 0],
    );
    // Both wrapped around.
    assert.equal(client.nextSeq, 0xffffff00 + 1 + 1000 - 2 ** 32);
    assert.equal(server.nextSeq, 0xfffffff0 + 1 + 40 - 2 ** 32);
    assert.equal(server.acked, client.nextSeq);
    assert.deepEqual(marksOf(flow), ['syn', 'syn', '', '', '', '']);
    assert.deepEqual(client.ttls, [{ ttl: 64, packets: 4 }]);
    assert.deepEqual(client.bursts, [
      {
        ref: { source: 0, at: 4 },
        atMs: flow.segments[3]!.atMs,
        untilMs: flow.segments[3]!.atMs,
        bytes: 1000,
        packets: 1,
      },
    ]);
  });

  it('whose beginning is not in the capture goes by content, then by port', async () => {
    const byPort = await flowOf(new TcpScene().send('server').send('client'));
    assert.deepEqual([byPort.sidesBy, byPort.client.port, byPort.sawStart], ['port', 40_000, false]);
    const scene = new TcpScene({ clientPort: 80, serverPort: 40_000 });
    const byHttp = await flowOf(scene.text('client', 'GET /stream HTTP/1.1\r\nhost: a\r\n\r\n'));
    assert.deepEqual([byHttp.sidesBy, byHttp.client.port], ['http', 80]);
    const byAnswer = new TcpScene().send('server', { flags: Flags.syn | Flags.ack });
    assert.deepEqual(
      [(await flowOf(byAnswer)).sidesBy, (await flowOf(byAnswer)).client.port],
      ['syn', 40_000],
    );
  });

  it('tells the three things that a reset can be told by', async () => {
    const scene = new TcpScene().handshake().send('client', data('abc'));
    const passive = scene.seq('server');
    scene.send('server', { flags: Flags.rst, seq: passive, window: 0 });
    scene.send('server', { flags: Flags.rst | Flags.ack, seq: passive - 5 });
    scene.send('server', { flags: Flags.rst, seq: passive + 2_000_000_000 });
    const { segments } = await flowOf(scene);
    const [first, old, far] = segments.slice(-3);
    assert.deepEqual(
      [first!.flags, first!.seqOffset, first!.seqMinusPeerAck, first!.ackOffset],
      ['R', 0, 0, undefined],
    );
    assert.deepEqual(first!.marks, ['rst']);
    assert.deepEqual([old!.seqOffset, old!.ackOffset], [-5, 0]);
    assert.deepEqual(old!.marks, ['rst', 'out-of-window']);
    assert.deepEqual(far!.marks, ['rst', 'out-of-window']);
  });

  it('knows nothing of an offset before anything was sent', async () => {
    const refused = new TcpScene().send('client', { flags: Flags.syn });
    refused.send('server', { flags: Flags.rst | Flags.ack, seq: 0 });
    const { segments } = await flowOf(refused);
    assert.equal(segments[1]!.seqOffset, undefined);
    assert.deepEqual(segments[0]!.marks, ['syn']);
    assert.equal(segments[1]!.ackOffset, 0);
  });

  it('says what in a reset is text', async () => {
    const scene = new TcpScene().handshake();
    scene.send('server', { flags: Flags.rst, payload: Buffer.from('[F5RST:No flow found]\0') });
    const { segments, halves } = await flowOf(scene);
    assert.equal(segments.at(-1)!.text, '[F5RST:No flow found]');
    assert.equal(halves.server.bytes, 0, 'which is no part of the stream');
  });

  it('tells retransmissions from bytes out of order, and counts bytes once', async () => {
    const scene = new TcpScene().handshake().send('client', data('one'));
    const lost = scene.packet('server', data('first'));
    scene.advance('server', data('first'));
    scene.send('server', data('second')).add(lost);
    const again = scene.packet('server', { ...data('second'), seq: scene.seq('server') - 6 });
    scene.wait(300).add(again);
    const late = scene.packet('server', data('third'));
    scene.advance('server', data('third'));
    scene.send('server', data('fourth')).wait(250).add(late);
    const flow = await flowOf(scene);
    assert.deepEqual(withMark(flow, 'out-of-order').length, 1);
    assert.deepEqual(withMark(flow, 'retransmission').length, 2);
    assert.equal(flow.halves.server.retransmissions, 2);
    assert.equal(flow.halves.server.bytes, 'firstsecondthirdfourth'.length);
    assert.equal(flow.halves.server.missingBytes, 0);
  });

  it('counts what the other side has and the capture has not', async () => {
    const scene = new TcpScene().handshake();
    scene.lose('server', data('lost')).send('server', data('seen')).send('client');
    scene.lose('server', data('lost too')).send('client');
    const { server } = (await flowOf(scene)).halves;
    assert.deepEqual([server.bytes, server.missingBytes], [4, 12]);
  });

  it('marks a closed window, its probes in both forms, and their answers', async () => {
    const scene = new TcpScene().handshake().send('server', data('xy')).send('client', { window: 0 });
    for (const wait of [200, 400]) {
      scene
        .wait(wait)
        .send('server', { seq: scene.seq('server') - 1 })
        .send('client', { window: 0 });
    }
    scene.wait(800).send('server', { payload: Buffer.from('z'), seq: scene.seq('server') });
    scene.send('client', { window: 0 });
    const flow = await flowOf(scene);
    assert.deepEqual(marksOf(flow).slice(4), [
      'zero-window',
      'zero-window-probe',
      'zero-window zero-window-probe-ack',
      'zero-window-probe',
      'zero-window zero-window-probe-ack',
      'zero-window-probe',
      'zero-window zero-window-probe-ack',
    ]);
    assert.equal(flow.halves.client.zeroWindows, 4);
    assert.equal(flow.halves.server.bytes, 2, 'a probe is not in the stream');
  });

  it('marks keep-alives, with and without an answer', async () => {
    const scene = new TcpScene().handshake().send('client', data('x')).send('server');
    const probe = () => scene.wait(10_000).send('server', { seq: scene.seq('server') - 1 });
    probe().send('client');
    probe();
    probe();
    scene.send('server', { flags: Flags.rst | Flags.ack });
    const flow = await flowOf(scene);
    assert.deepEqual(marksOf(flow).slice(5), [
      'keep-alive',
      'keep-alive-ack',
      'keep-alive unanswered',
      'keep-alive unanswered',
      'rst',
    ]);
  });

  it('marks what nothing acknowledged, and a window that was filled or overrun', async () => {
    const scene = new TcpScene().handshake(Buffer.alloc(0)).send('client', { window: 10 });
    scene.send('server', data('0123456789')).send('server', data('beyond'));
    const flow = await flowOf(scene);
    // The window that the SYN offered holds on: a window is never taken back.
    assert.equal(withMark(flow, 'out-of-window').length, 0);
    assert.deepEqual(
      withMark(flow, 'unanswered').map(({ ref }) => ref.at),
      [5, 6],
    );
    const small = new TcpScene();
    small.send('client', { flags: Flags.syn, window: 10 }).send('server', { flags: Flags.syn | Flags.ack });
    small.send('client', { window: 10 }).send('server', data('0123456789')).send('server', data('beyond'));
    assert.deepEqual(marksOf(await flowOf(small)).slice(3), [
      'window-full unanswered',
      'unanswered out-of-window',
    ]);
  });

  it('scales windows only where both SYNs say so', async () => {
    const half = async (answer: Uint8Array) => {
      const scene = new TcpScene().send('client', { flags: Flags.syn, options: SYN_OPTIONS, window: 100 });
      scene.send('server', { flags: Flags.syn | Flags.ack, options: answer }).send('client', { window: 100 });
      return withMark(await flowOf(scene.send('server', data('x'.repeat(101)))), 'out-of-window').length;
    };
    assert.equal(await half(SYN_OPTIONS), 0);
    assert.equal(await half(Buffer.from('020405b4', 'hex')), 1, 'stripped');
  });

  it('marks repeated acknowledgments', async () => {
    const scene = new TcpScene().handshake().send('client').send('client');
    assert.deepEqual(marksOf(await flowOf(scene)).slice(2), ['', 'duplicate-ack', 'duplicate-ack']);
  });

  it('keeps options of every kind', async () => {
    const scene = new TcpScene().handshake(Buffer.concat([SYN_OPTIONS, Buffer.from('fe04aabb', 'hex')]));
    scene.send('client', { options: Buffer.from('0101080a0000000100000002', 'hex') });
    const { segments } = await flowOf(scene);
    assert.deepEqual(segments[0]!.options, {
      kinds: [2, 4, 3, 254],
      mss: 1460,
      sackPermitted: true,
      windowScale: 7,
    });
    assert.deepEqual(segments[3]!.options, { kinds: [8], timestamp: 1, timestampEcho: 2 });
    assert.equal(segments[2]!.options, undefined);
  });

  it('leaves out second copies, and only these', async () => {
    const scene = new TcpScene().handshake().send('client', data('abc'));
    const { bytes } = scene.packets.at(-1)!;
    const add = (ip: Buffer) => scene.add(ip);
    const ip = bytes.subarray(14);
    add(ip);
    const routed = Buffer.from(ip);
    routed[8] = 63;
    add(routed);
    scene.wait(5).add(ip);
    const { source, flows } = await scene.read();
    assert.equal(source.doubledPackets, 2);
    assert.equal(flows[0]!.halves.client.retransmissions, 1, 'what comes 5 ms later was sent again');
  });

  it('takes packets without an IP ID for copies only when they came by another way', async () => {
    const scene = new TcpScene({ client: '2001:db8::1', server: '2001:db8::2' }).handshake();
    const ack = scene.packet('client');
    scene.add(ack).add(ack);
    assert.equal((await scene.read()).source.doubledPackets, 0);
    const routed = Buffer.from(ack);
    routed[7] = 63;
    scene.add(routed);
    assert.equal((await scene.read()).source.doubledPackets, 1);
  });

  it('has the ICMP errors that are about it', async () => {
    const scene = new TcpScene().handshake();
    scene.add(icmpError(scene.packet('server', data('big')), '10.0.0.254', 3, 4));
    scene.add(icmpError(new TcpScene({ client: '10.9.9.9' }).packet('client'), '10.0.0.254', 3, 1));
    const { source, flows } = await scene.read();
    assert.deepEqual(source.otherPackets, { icmp: 2 });
    assert.equal(flows.length, 1);
    const [error] = flows[0]!.icmpErrors;
    assert.equal(flows[0]!.icmpErrors.length, 1);
    assert.deepEqual(
      [error!.address, error!.type, error!.code, error!.about],
      ['10.0.0.254', 3, 4, 'server'],
    );
  });

  it('keeps the first and the last of many marked segments, and the last of any kind', async () => {
    const scene = new TcpScene().handshake();
    for (let i = 0; i < 200; i++) scene.wait(100).send('client', { window: 0 });
    for (let i = 0; i < 100; i++) scene.wait(100).send('server', data('xy'));
    const { segments, segmentsLeftOut } = await flowOf(scene);
    assert.equal(segments.length, 128);
    assert.equal(segments[0]!.ref.at, 1);
    assert.equal(segments.at(-1)!.ref.at, 303);
    const [first, marked, recent] = [segments.slice(0, 32), segments.slice(32, 96), segments.slice(96)];
    assert.ok(recent.every(({ bytes }) => bytes === 2));
    assert.ok(marked.every(({ window }) => window === 0) && marked.at(-1)!.ref.at === 203);
    // One ACK of the handshake has no mark.
    assert.equal(first.at(-1)!.ref.at, 33);
    assert.equal(segmentsLeftOut, 202 - 96);
  });

  it('makes a burst of packets that come together', async () => {
    const scene = new TcpScene().handshake();
    for (let i = 0; i < 300; i++)
      scene.wait(1000).send('server', data('ab')).send('server', data('c')).send('client');
    const { server } = (await flowOf(scene)).halves;
    assert.equal(server.bursts.length, 256);
    assert.equal(server.burstsLeftOut, 44);
    assert.ok(server.bursts.every(({ bytes, packets }) => bytes === 3 && packets === 2));
    assert.equal(server.bursts.at(-1)!.ref.at, 3 + 300 * 3 - 2);
  });

  it('reads segments larger than any packet, as a host hands them to its card', async () => {
    const scene = new TcpScene().handshake().send('server', data('x'.repeat(60_000)));
    const { source, flows } = await scene.read();
    assert.deepEqual(source.largestPayloads, [{ address: '10.0.0.2', count: 60_000 }]);
    assert.equal(flows[0]!.halves.server.bytes, 60_000);
  });

  it('is the same whatever the link layer', async () => {
    const flows: Flow[] = [];
    for (const link of Object.keys(linkLayers) as (keyof typeof linkLayers)[]) {
      const scene = new TcpScene({ link }).handshake().send('client', data('abc'));
      flows.push(await flowOf(scene.send('server', { flags: Flags.rst })));
    }
    for (const flow of flows) assert.deepEqual(flow, flows[0]);
  });
});
