import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type BuiltPacket,
  type PcapngForm,
  packetAt,
  pcapFile,
  pcapngFile,
} from '../../../../../test/support/capture/capture-builder.ts';
import { CaptureReader } from './capture-reader.ts';
import type { CapturedPacket, PacketSink } from './captured-packet.ts';

interface Copied {
  readonly number: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly bytes: string;
  readonly wireLength: number;
  readonly linkType: number;
  readonly interfaceIndex: number;
}

class Recorder implements PacketSink {
  readonly packets: Copied[] = [];
  readonly problems: string[] = [];

  packet(packet: CapturedPacket): void {
    const { number, seconds, nanoseconds, bytes, start, end, wireLength, linkType, interfaceIndex } = packet;
    this.packets.push({
      number,
      seconds,
      nanoseconds,
      bytes: bytes.toString('hex', start, end),
      wireLength,
      linkType,
      interfaceIndex,
    });
  }

  problem(offset: number, message: string): void {
    this.problems.push(`${offset}: ${message}`);
  }
}

function read(file: Uint8Array, cuts: readonly number[] = []): Recorder {
  const recorder = new Recorder();
  const reader = new CaptureReader(recorder);
  let from = 0;
  for (const cut of [...[...cuts].sort((a, b) => a - b), file.length]) {
    const chunk = Uint8Array.from(file.subarray(from, cut));
    reader.push(chunk);
    // Whoever reads a file uses its buffer again.
    chunk.fill(0xee);
    from = Math.max(from, cut);
  }
  reader.end();
  return recorder;
}

const packets: BuiltPacket[] = [
  packetAt(0.001, Buffer.from('one')),
  packetAt(999.999, Buffer.from('second')),
  packetAt(86_400_000.5, Buffer.alloc(300, 7), { wireLength: 65_000 }),
  packetAt(86_400_001, Buffer.alloc(0)),
];

const asCopied = (linkType: number, packet: BuiltPacket, index: number): Copied => ({
  number: index + 1,
  seconds: packet.seconds,
  nanoseconds: packet.nanoseconds,
  bytes: packet.bytes.toString('hex'),
  wireLength: packet.wireLength ?? packet.bytes.length,
  linkType,
  interfaceIndex: packet.interfaceIndex ?? 0,
});

describe('CaptureReader', () => {
  for (const isLittleEndian of [true, false]) {
    const order = isLittleEndian ? 'little' : 'big';
    for (const isNanoseconds of [true, false]) {
      it(`reads pcap, ${order}-endian, ${isNanoseconds ? 'nanoseconds' : 'microseconds'}`, () => {
        const { packets: got, problems } = read(
          pcapFile(packets, { isLittleEndian, isNanoseconds, linkType: 113 }),
        );
        assert.deepEqual(problems, []);
        assert.deepEqual(
          got,
          packets.map((packet, index) => asCopied(113, packet, index)),
        );
      });
    }

    it(`reads pcapng, ${order}-endian, with interfaces of their own link type and time`, () => {
      const form: PcapngForm = {
        isLittleEndian,
        hasOthers: true,
        interfaces: [
          { linkType: 1 },
          { linkType: 276, resolution: 9 },
          { linkType: 101, resolution: 128 + 20 },
          { linkType: 113, resolution: 12, offsetSeconds: 1_700_000_000 },
        ],
      };
      const spread = packets.map((packet, index) => ({ ...packet, interfaceIndex: index }));
      const { packets: got, problems } = read(pcapngFile(spread, form));
      assert.deepEqual(problems, []);
      const expected = spread.map((packet, index) =>
        asCopied(form.interfaces[index]!.linkType, packet, index),
      );
      // 2^20 ticks a second are 953 ns each.
      const coarse = (got[2]!.nanoseconds - expected[2]!.nanoseconds + 1e9) % 1e9;
      assert.ok(coarse === 0 || coarse > 1e9 - 954, `${coarse} ns off`);
      assert.deepEqual(got, expected.with(2, { ...expected[2]!, nanoseconds: got[2]!.nanoseconds }));
    });

    it(`reads the simple and the old packet block of pcapng, ${order}-endian`, () => {
      const interfaces = [{ linkType: 1, snapLength: 200 }];
      const simple = read(pcapngFile(packets, { isLittleEndian, interfaces, blocks: 'simple' }));
      assert.deepEqual(simple.problems, []);
      // Its captured length is in no field: the shortest of length, room and snaplen.
      assert.deepEqual(
        simple.packets.map(({ bytes, seconds }) => [bytes.length / 2, seconds]),
        [
          [3, 0],
          [6, 0],
          [200, 0],
          [0, 0],
        ],
      );
      const old = read(pcapngFile(packets, { isLittleEndian, interfaces, blocks: 'old' }));
      assert.deepEqual(
        old.packets,
        packets.map((packet, index) => asCopied(1, packet, index)),
      );
    });
  }

  it('tells the interfaces of two sections apart', () => {
    const section = (linkType: number) =>
      pcapngFile(packets, { isLittleEndian: linkType === 1, interfaces: [{ linkType }] });
    const { packets: got, problems } = read(Buffer.concat([section(1), section(101)]));
    assert.deepEqual(problems, []);
    assert.deepEqual(
      got.map(({ number, linkType, interfaceIndex }) => [number, linkType, interfaceIndex]),
      [1, 2, 3, 4, 5, 6, 7, 8].map((number) => (number < 5 ? [number, 1, 0] : [number, 101, 1])),
    );
  });

  it('reads the same packets however the file is cut into chunks', () => {
    const files = [
      pcapFile(packets),
      pcapngFile(packets, { interfaces: [{ linkType: 1 }], hasOthers: true }),
      pcapngFile(packets, { interfaces: [{ linkType: 1 }], isLittleEndian: false }),
    ];
    const whole = files.map((file) => read(file));
    fc.assert(
      fc.property(fc.nat(files.length - 1), fc.array(fc.nat(900), { maxLength: 40 }), (index, cuts) => {
        const { packets: got, problems } = read(files[index]!, cuts);
        assert.deepEqual(got, whole[index]!.packets);
        assert.deepEqual(problems, []);
      }),
    );
    for (const [index, file] of files.entries()) {
      const bytes = Array.from({ length: file.length }, (_, at) => at);
      assert.deepEqual(read(file, bytes).packets, whole[index]!.packets, 'byte by byte');
    }
  });

  it('says where a file ends too early, and keeps what came before', () => {
    const file = pcapFile(packets);
    const first = 24 + 16 + 3;
    const cut = read(file.subarray(0, first + 18));
    assert.equal(cut.packets.length, 1);
    assert.deepEqual(cut.problems, [`${first}: the file ends within packet 2`]);
    assert.deepEqual(read(file.subarray(0, 20)).problems, ['0: the file ends within its header']);
    const ng = pcapngFile(packets, { interfaces: [{ linkType: 1 }] });
    assert.match(read(ng.subarray(0, -5)).problems.join(), /^\d+: the file ends within a block$/);
  });

  it('says in one line what is no capture', () => {
    const problems = (bytes: string | Buffer) => read(Buffer.from(bytes as string)).problems;
    assert.deepEqual(problems(''), ['0: the file is empty']);
    assert.deepEqual(problems('abc'), ['0: the file is no capture: it has fewer than 4 bytes']);
    assert.deepEqual(problems('<html>'), [
      '0: the file is no capture: it begins with the bytes 3c68746d, and neither pcap nor pcapng does',
    ]);
    assert.match(problems(Buffer.from('504b0304', 'hex')).join(), /it is a zip archive; unpack it first$/);
    assert.match(problems(Buffer.from('34cdb2a1', 'hex')).join(), /Kuznetzov; convert it with `editcap/);
  });

  it('stops where a length is impossible, since nothing tells where the next packet begins', () => {
    const file = pcapFile(packets);
    file.writeUInt32LE(0x7fffffff, 24 + 8);
    const { packets: got, problems } = read(file);
    assert.deepEqual(got, []);
    assert.deepEqual(problems, [
      '24: packet 1 would have 2147483647 bytes, which is no possible length: nothing behind it can be read',
    ]);
  });

  it('steps over a block of 4 GiB that it does not want without holding it', () => {
    const head = pcapngFile([], { interfaces: [{ linkType: 1 }] });
    const block = Buffer.alloc(8);
    block.writeUInt32LE(0x0bad, 0);
    block.writeUInt32LE(0xfffffffc, 4);
    const recorder = new Recorder();
    const reader = new CaptureReader(recorder);
    reader.push(Buffer.concat([head, block]));
    const chunk = new Uint8Array(2 ** 24);
    for (let passed = 8; passed < 0xfffffffc; passed += chunk.length) {
      reader.push(chunk.subarray(0, Math.min(chunk.length, 0xfffffffc - passed)));
    }
    reader.push(pcapngFile(packets, { interfaces: [{ linkType: 1 }] }));
    reader.end();
    assert.equal(recorder.packets.length, packets.length);
    assert.deepEqual(recorder.problems, []);
  });

  it('lists a packet of an interface that the file does not describe, and reads on', () => {
    const strange = packets.with(1, { ...packets[1]!, interfaceIndex: 3 });
    const { packets: got, problems } = read(pcapngFile(strange, { interfaces: [{ linkType: 1 }] }));
    assert.deepEqual(
      got.map(({ number }) => number),
      [1, 3, 4],
    );
    assert.match(problems.join(), /^\d+: packet 2 is of interface 3, which the file does not describe/);
  });
});
