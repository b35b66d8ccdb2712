// Captures in which there is something of everything that is read: what is done to them should reach all code.

import { gzipSync } from 'node:zlib';
import { pcapFile, pcapngFile } from './capture-builder.ts';
import { Flags, icmpError, type LinkLayer, linkLayers } from './packet-builder.ts';
import { TcpScene } from './tcp-scene.ts';

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';

/** A stream of events over HTTP/1.1, with a retransmission, a closed window, a keep-alive, and a reset that says why. */
function eventStream(link: LinkLayer, hosts: { client?: string; server?: string } = {}): TcpScene {
  const scene = new TcpScene({ link, ...hosts });
  scene.handshake().text('client', 'GET /stream?token=abc HTTP/1.1\r\nhost: example.test\r\n\r\n');
  scene.text('server', HEAD).text('server', '9\r\ndata: 1\n\n\r\n').send('client');
  const lost = scene.packet('server', { payload: Buffer.from('9\r\ndata: 2\n\n\r\n') });
  scene.advance('server', { payload: Buffer.from('9\r\ndata: 2\n\n\r\n') });
  scene.text('server', '9\r\ndata: 3\n\n\r\n').add(lost).wait(200).send('client', { window: 0 });
  scene
    .wait(15_000)
    .send('server', { seq: scene.seq('server') - 1 })
    .send('client', { window: 0 });
  scene
    .wait(45_000)
    .send('client')
    .send('client', { seq: scene.seq('client') - 1 })
    .send('server');
  scene.add(icmpError(scene.packet('server'), hosts.client ?? '10.0.0.9', 3, 3));
  scene.text('server', '0\r\n\r\n');
  return scene.send('server', {
    flags: Flags.rst | Flags.ack,
    payload: Buffer.from('idle timeout'),
    window: 8201,
  });
}

/** HTTP/2 in clear text: settings, a request, a body, and all frames that end something. */
function http2(): TcpScene {
  const scene = new TcpScene({ link: 'ethernet', clientPort: 41_000 });
  const frame = (type: number, flags: number, streamId: number, payload: Uint8Array) => {
    const header = Buffer.alloc(9);
    header.writeUIntBE(payload.length, 0, 3);
    header[3] = type;
    header[4] = flags;
    header.writeUInt32BE(streamId, 5);
    return Buffer.concat([header, payload]);
  };
  const nothing = Buffer.alloc(0);
  const send = (who: 'client' | 'server', ...frames: Uint8Array[]) =>
    scene.send(who, { flags: Flags.ack | Flags.psh, payload: Buffer.concat(frames) });
  scene.handshake();
  const settings = Buffer.from('000300000064000400010000', 'hex');
  send('client', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, settings));
  send('server', frame(4, 0, 0, settings), frame(4, 1, 0, nothing));
  // GET, http, /, and a literal: :authority example.test.
  const request = Buffer.concat([Buffer.from('828684410c', 'hex'), Buffer.from('example.test')]);
  send('client', frame(1, 5, 1, request), frame(6, 0, 0, Buffer.alloc(8)));
  // 200, and content-type with a name from the table.
  const response = Buffer.concat([Buffer.from('880f1011', 'hex'), Buffer.from('text/event-stream')]);
  send('server', frame(1, 4, 1, response), frame(0, 0, 1, Buffer.from('data: 1\n\n')));
  send('server', frame(3, 0, 1, Buffer.from([0, 0, 0, 8])));
  send('server', frame(7, 0, 0, Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), Buffer.from('bye')])));
  return scene.send('server', { flags: Flags.fin | Flags.ack });
}

/** A ClientHello with a name and protocols, application data, an alert, and a FIN. */
function tls(): TcpScene {
  const scene = new TcpScene({ link: 'cooked2', serverPort: 443, clientPort: 42_000 });
  const record = (type: number, body: Uint8Array) =>
    Buffer.concat([Buffer.from([type, 3, 3, body.length >> 8, body.length & 255]), body]);
  const sized = (bytes: number, body: Uint8Array) => {
    const length = Buffer.alloc(bytes);
    length.writeUIntBE(body.length, 0, bytes);
    return Buffer.concat([length, body]);
  };
  const extension = (kind: number, body: Uint8Array) =>
    Buffer.concat([Buffer.from([0, kind]), sized(2, body)]);
  const names = sized(2, Buffer.concat([Buffer.from([0]), sized(2, Buffer.from('example.test'))]));
  const protocols = sized(2, Buffer.from('\x02h2\x08http/1.1', 'latin1'));
  const hello = Buffer.concat([
    Buffer.from('0303', 'hex'),
    Buffer.alloc(32, 9),
    sized(1, Buffer.alloc(0)),
    sized(2, Buffer.from('130113021303', 'hex')),
    sized(1, Buffer.from([0])),
    sized(2, Buffer.concat([extension(0, names), extension(16, protocols)])),
  ]);
  scene.handshake();
  scene.send('client', { payload: record(22, Buffer.concat([Buffer.from([1]), sized(3, hello)])) });
  scene.send('server', { payload: record(23, Buffer.alloc(100)) });
  scene.send('server', { payload: record(21, Buffer.from([1, 0])) });
  return scene.send('server', { flags: Flags.fin | Flags.ack });
}

/** By name, in all formats. */
export function sampleCaptures(): ReadonlyMap<string, Buffer> {
  const samples = new Map<string, Buffer>();
  const links = Object.keys(linkLayers) as LinkLayer[];
  for (const [index, link] of links.entries()) {
    const hosts = index % 2 === 0 ? {} : { client: '2001:db8::1', server: '2001:db8::2' };
    const { packets } = eventStream(link, hosts);
    const linkType = linkLayers[link].type;
    samples.set(`pcap ${link}`, pcapFile(packets, { linkType, isLittleEndian: index % 2 === 0 }));
    const interfaces = [{ linkType, resolution: 9 }];
    samples.set(`pcapng ${link}`, pcapngFile(packets, { interfaces, hasOthers: index % 2 === 0 }));
  }
  samples.set('http2', http2().file());
  samples.set('tls', tls().file());
  samples.set('gzip', gzipSync(eventStream('ethernet').file()));
  return samples;
}
