// Captures that somebody damaged or made up. Whatever the bytes are: no exception, no hang, bounded evidence, and
// problems with their offset. HOLDFAST_HOSTILE_CASES says how many; a deep run takes 10,000.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { packetAt, pcapFile } from '../../../../test/support/capture/capture-builder.ts';
import { Flags, ipPacket } from '../../../../test/support/capture/packet-builder.ts';
import { sampleCaptures } from '../../../../test/support/capture/sample-captures.ts';
import { inChunks } from '../../../../test/support/capture/tcp-scene.ts';
import { type CaptureReading, readCapture } from './read-capture.ts';

const CASES = Number(process.env.HOLDFAST_HOSTILE_CASES ?? 1000);
const MAX_EVIDENCE_PER_BYTE = 200;
const samples = [...sampleCaptures().values()];

/** Everything that must hold of any evidence. */
function check({ source, flows }: CaptureReading, fileBytes: number): void {
  const text = JSON.stringify({ source, flows });
  assert.ok(text.length < 100_000 + fileBytes * MAX_EVIDENCE_PER_BYTE, `${text.length} of evidence`);
  assert.ok(!text.includes('null'), 'a number that is none');
  assert.ok(source.problems.length <= source.problemCount);
  for (const { offset, message } of source.problems) {
    assert.ok(message.length < 300 && !message.includes('\n'));
    assert.ok(offset !== undefined && offset >= 0);
  }
  for (const { segments, halves, exchanges } of flows) {
    assert.ok(segments.length <= 128);
    for (const [index, { ref }] of segments.entries()) {
      assert.ok(ref.at >= 1 && ref.at <= source.packets);
      assert.ok(index === 0 || ref.at > segments[index - 1]!.ref.at, 'in order, each once');
    }
    for (const half of [halves.client, halves.server]) {
      assert.ok(half.bytes >= 0 && half.missingBytes >= 0 && half.packets >= 0);
      assert.ok(half.bursts.length <= 256);
    }
    for (const exchange of exchanges) assert.ok(exchange.bodyBytes >= 0 && exchange.problems.length <= 8);
  }
}

async function read(file: Uint8Array, chunkSize = 1024): Promise<CaptureReading> {
  const reading = await readCapture(inChunks(file, chunkSize), { maxFlows: 64 });
  // What gzip unpacks to is not the size of the file; samples are packed 100 to 1 at most.
  check(reading, file.length * (file[0] === 0x1f ? 100 : 1));
  return reading;
}

const sample = fc.constantFrom(...samples);
const runs = (share: number) => ({ numRuns: Math.ceil(CASES * share) });

describe('a hostile capture', () => {
  it('is a sample, to begin with', async () => {
    for (const file of samples) {
      const { source, flows } = await read(file);
      assert.equal(source.problemCount, 0);
      assert.equal(flows.length, 1);
      assert.ok(flows[0]!.exchanges.length === 1 || flows[0]!.tls !== undefined);
    }
  });

  it('is read as far as it goes when it was cut off', async () => {
    await fc.assert(
      fc.asyncProperty(sample, fc.double({ min: 0, max: 1, noNaN: true }), async (file, share) => {
        await read(file.subarray(0, Math.floor(file.length * share)));
      }),
      runs(0.1),
    );
  });

  it('is read when bits are flipped', async () => {
    const flips = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(7)), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(sample, flips, fc.integer({ min: 1, max: 4096 }), async (file, bits, chunkSize) => {
        const bytes = Buffer.from(file);
        for (const [at, bit] of bits) bytes[at % bytes.length]! ^= 1 << bit;
        await read(bytes, chunkSize);
      }),
      runs(0.35),
    );
  });

  it('is read when parts are repeated, moved, left out or overwritten', async () => {
    const part = fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000), fc.nat(300));
    const words = fc.constantFrom('00000000', 'ffffffff', '7fffffff', '80000000', '0000ffff', '0a0d0d0a');
    await fc.assert(
      fc.asyncProperty(
        sample,
        fc.array(part, { maxLength: 6 }),
        fc.array(fc.tuple(fc.nat(1_000_000), words)),
        async (file, parts, places) => {
          let bytes = Buffer.from(file);
          for (const [from, to, length] of parts) {
            const [a, b] = [from % bytes.length, to % bytes.length];
            bytes = Buffer.concat([
              bytes.subarray(0, b),
              bytes.subarray(a, a + length),
              bytes.subarray(b + (length % 7)),
            ]);
          }
          for (const [at, word] of places) bytes.write(word, at % bytes.length, 'hex');
          await read(bytes);
        },
      ),
      runs(0.2),
    );
  });

  it('is read when it is nothing but bytes behind a right beginning', async () => {
    const beginnings = fc.constantFrom(
      '',
      'd4c3b2a1020004000000000000000000ffff000001000000',
      '0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000',
      '1f8b0800000000000003',
    );
    await fc.assert(
      fc.asyncProperty(beginnings, fc.uint8Array({ maxLength: 2000 }), async (beginning, rest) => {
        await read(Buffer.concat([Buffer.from(beginning, 'hex'), rest]));
      }),
      runs(0.1),
    );
  });

  it('is read when two hosts send what no two hosts would', async () => {
    const near = fc.oneof(
      fc.integer({ min: -3, max: 3000 }),
      fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 2 ** 32 - 1, 70_000),
    );
    const texts = fc.constantFrom(
      '',
      'x',
      'GET / HTTP/1.1\r\n\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      '5\r\nhello\r\n',
      '0\r\n\r\n',
      'fffffffffff\r\n',
      'HTTP/1.1 204\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 99999999999999\r\n\r\n',
      '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00',
      '\x15\x03\x03\x00\x02\x02\x28',
      '\x17\x03\x03\xff\xff',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x08',
      '\x00\x00\x00\x01\x05\x00\x00\x00\x03',
      '\xff\xff\xff\x00\x00\x00\x00\x00\x01',
      '\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02',
    );
    const packet = fc.record({
      isForth: fc.boolean(),
      seq: near,
      ack: near,
      flags: fc.oneof(fc.constantFrom(2, 16, 17, 18, 20, 24, 4), fc.nat(255)),
      window: fc.constantFrom(0, 1, 65_535, 1000),
      text: fc.array(texts, { maxLength: 3 }).map((all) => all.join('')),
      ttl: fc.nat(255),
      ipId: fc.nat(3),
      options: fc.uint8Array({ maxLength: 40 }),
      gapMs: fc.constantFrom(-1000, 0, 0.01, 5, 60_000),
      captured: fc.constantFrom(40, 54, 60, 1e9),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(packet, { maxLength: 300, size: 'max' }), async (packets) => {
        let nowMs = 100_000_000;
        const built = packets.map(({ isForth, gapMs, text, captured, ...fields }) => {
          nowMs += gapMs;
          const ends = isForth
            ? { from: '10.0.0.1', to: '10.0.0.2', fromPort: 1, toPort: 2 }
            : { from: '10.0.0.2', to: '10.0.0.1', fromPort: 2, toPort: 1 };
          const ip = ipPacket({ ...ends, ...fields, payload: Buffer.from(text, 'latin1') });
          return packetAt(nowMs, ip.subarray(0, captured), { wireLength: ip.length });
        });
        const { source } = await read(pcapFile(built, { linkType: 101 }));
        assert.equal(source.packets, built.length);
      }),
      runs(0.25),
    );
  });

  it('holds more connections than are followed', async () => {
    const packets = Array.from({ length: 1000 }, (_, index) =>
      packetAt(index, ipPacket({ fromPort: 1000 + (index % 500), flags: Flags.syn, seq: index })),
    );
    const { source, flows } = await read(pcapFile(packets, { linkType: 101 }));
    assert.equal(flows.length, 64);
    // 500 began with the first SYN and 500 with the second; by two that fall together fewer are counted.
    assert.ok(source.flowsLeftOut > 400 && source.flowsLeftOut <= 936, `${source.flowsLeftOut} left out`);
  });
});
