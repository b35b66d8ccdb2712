// Captures of every form, taken apart here and by Wireshark: the facts must be the same.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readCaptureFile } from '../../src/diagnose/sources/capture/capture-file.ts';
import { type BuiltPacket, packetAt, pcapFile, pcapngFile } from '../support/capture/capture-builder.ts';
import { dissectedFields, dissectedPackets, withoutPadding } from '../support/capture/dissected.ts';
import {
  Flags,
  ipPacket,
  type LinkLayer,
  linkLayers,
  type TcpFields,
} from '../support/capture/packet-builder.ts';
import { TcpScene } from '../support/capture/tcp-scene.ts';
import { tsharkFields } from '../support/capture/tshark-fields.ts';
import { tshark } from '../support/require.ts';
import { seededRandom } from '../support/seeded-random.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-dissection-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function save(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.pcap`);
  writeFileSync(path, bytes);
  return path;
}

function compare(path: string, file: string): number {
  const expected = tsharkFields(path, file, dissectedFields).map(withoutPadding);
  const got = dissectedPackets(file);
  assert.equal(got.length, expected.length, 'as many packets');
  for (const [index, row] of expected.entries()) assert.deepEqual(got[index], row, `packet ${index + 1}`);
  return got.length;
}

/** Options that exist, in forms that occur. */
const optionSamples = [
  '',
  '020405b40402080a0000000a00000000 01030307',
  '0101080a0102030405060708',
  '0204ffd7 01 03030e 0402 01 01',
  // An experiment, TCP Fast Open, MPTCP, a user timeout, an MD5 signature.
  'fd06f989aabb 0101',
  '2202 0101 fe04 aabb',
  '1e0c00810102030405060708',
  '1c048005',
  '1312000102030405060708090a0b0c0d0e0f 0101',
  '4c04 0102',
].map((text) => Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Extension headers: hop by hop, routing, destination options, one fragment of one, authentication. */
const extensionSamples: TcpFields['extensions'][] = [
  [],
  [{ kind: 0, body: Buffer.from('010400000000', 'hex') }],
  [
    { kind: 0, body: Buffer.from('050200000100', 'hex') },
    { kind: 60, body: Buffer.from('010c000000000000000000000000', 'hex') },
  ],
  [{ kind: 44, body: Buffer.from('000012345678', 'hex') }],
  [{ kind: 51, body: Buffer.alloc(22, 1) }],
];

function randomPackets(seed: number, count: number): TcpFields[] {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const isV6 = random() < 0.4;
    const host = () =>
      isV6 ? `2001:db8::${(1 + below(0xfff)).toString(16)}` : `10.${below(256)}.0.${1 + below(250)}`;
    return {
      from: host(),
      to: host(),
      fromPort: 1024 + below(60_000),
      // None that Wireshark would take for another protocol and put packets together for.
      toPort: 20_000 + below(1000),
      seq: below(2 ** 32),
      ack: below(2 ** 32),
      flags: below(256),
      window: below(65_536),
      options: optionSamples[below(optionSamples.length)]!,
      payload: Buffer.alloc(below(1400), 'x'),
      ttl: 1 + below(255),
      ipId: below(65_536),
      checksum: (['right', 'wrong', 'left-to-the-card'] as const)[below(3)]!,
      ...(isV6 && { extensions: extensionSamples[below(extensionSamples.length)]! }),
    };
  });
}

describe('what is read in packets', () => {
  for (const [name, { type, wrap }] of Object.entries(linkLayers)) {
    it(`is what Wireshark reads, link layer ${name}`, (t) => {
      const path = tshark(t);
      if (path === undefined) return;
      const packets = randomPackets(type + name.length, 300).map((fields, index) =>
        packetAt(index * 1.337, wrap(ipPacket(fields))),
      );
      assert.equal(compare(path, save(pcapFile(packets, { linkType: type, isNanoseconds: true }))), 300);
      const cut = packets.map((packet) => {
        const captured = Math.min(packet.bytes.length, 160);
        return { ...packet, bytes: packet.bytes.subarray(0, captured), wireLength: packet.bytes.length };
      });
      const interfaces = [{ linkType: type, snapLength: 160 }];
      compare(path, save(pcapngFile(cut, { interfaces, hasOthers: true, isLittleEndian: false })));
    });
  }

  it('is what Wireshark reads in a capture of several interfaces with times of their own', (t) => {
    const path = tshark(t);
    if (path === undefined) return;
    const layers: LinkLayer[] = ['ethernet', 'cooked2', 'raw'];
    const packets: BuiltPacket[] = randomPackets(77, 300).map((fields, index) => {
      const interfaceIndex = index % 3;
      return packetAt(index, linkLayers[layers[interfaceIndex]!].wrap(ipPacket(fields)), { interfaceIndex });
    });
    const interfaces = layers.map((layer, index) => ({
      linkType: linkLayers[layer].type,
      resolution: [6, 9, 3][index]!,
      offsetSeconds: index * 1000,
    }));
    compare(path, save(pcapngFile(packets, { interfaces })));
  });

  it('is what Wireshark reads in a first fragment, and in frames with padding', (t) => {
    const path = tshark(t);
    if (path === undefined) return;
    const { wrap } = linkLayers.ethernet;
    const fragment = wrap(ipPacket({ moreFragments: true, payload: Buffer.alloc(400), toPort: 20_001 }));
    const padded = Buffer.concat([wrap(ipPacket({ toPort: 20_001 })), Buffer.alloc(6, 0xff)]);
    const file = save(pcapFile([packetAt(0, padded), packetAt(1, fragment)]));
    // Wireshark would wait for the other fragments; they are not put together here.
    const [first, second] = dissectedPackets(file);
    assert.equal(first?.['tcp.len'], '0');
    assert.equal(second?.['ip.flags.mf'], '1');
    assert.equal(second?.['tcp.len'], '400');
    const [known] = tsharkFields(path, file, ['tcp.len']);
    assert.equal(known?.['tcp.len'], '0');
  });

  it('tells a wrong checksum from one that is left to the card, as Wireshark cannot', async (t) => {
    const path = tshark(t);
    if (path === undefined) return;
    const scene = new TcpScene().handshake();
    scene.send('client', { payload: Buffer.from('odd'), checksum: 'wrong' });
    scene.send('client', { payload: Buffer.from('even'), checksum: 'left-to-the-card' });
    const file = save(scene.file());
    const bad = tsharkFields(path, file, ['tcp.checksum.status']).map((row) => row['tcp.checksum.status']);
    assert.deepEqual(bad, ['1', '1', '1', '0', '0']);
    const { source, flows } = await readCaptureFile(file);
    assert.deepEqual(source.wrongChecksums, [{ address: '10.0.0.1', count: 1 }]);
    assert.deepEqual(
      flows[0]?.segments.map(({ marks }) => marks.includes('wrong-checksum')),
      [false, false, false, true, false],
    );
  });

  it('numbers connections as Wireshark does, also when ports are used again', async (t) => {
    const path = tshark(t);
    if (path === undefined) return;
    const scene = new TcpScene();
    scene
      .handshake()
      .text('client', 'one')
      .send('client', { flags: Flags.rst | Flags.ack });
    // The same SYN twice is one connection; another sequence number is another.
    for (const seq of [70_000, 70_000, 90_000]) {
      scene.add(scene.packet('client', { flags: Flags.syn, seq, ack: 0 }));
    }
    scene.add(ipPacket({ from: '10.0.0.9', to: '10.0.0.2', fromPort: 1, toPort: 2, flags: Flags.syn }));
    const file = save(scene.file());
    const expected = tsharkFields(path, file, ['tcp.stream']).map((row) => Number(row['tcp.stream']));
    const { flows } = await readCaptureFile(file);
    const got = flows.flatMap(({ streamIndex, segments }) =>
      segments.map(({ ref }) => [ref.at, streamIndex] as const),
    );
    assert.deepEqual(
      got.toSorted(([a], [b]) => a - b).map(([, index]) => index),
      expected,
    );
  });
});
