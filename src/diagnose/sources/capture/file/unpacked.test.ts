import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { inChunks } from '../../../../../test/support/capture/tcp-scene.ts';
import { seededRandom } from '../../../../../test/support/seeded-random.ts';
import { unpacked } from './unpacked.ts';

async function unpack(bytes: Uint8Array, chunkSize: number): Promise<{ all: Buffer; problems: string[] }> {
  const problems: string[] = [];
  const parts: Uint8Array[] = [];
  for await (const part of unpacked(inChunks(bytes, chunkSize), (message) => problems.push(message))) {
    parts.push(part);
  }
  return { all: Buffer.concat(parts), problems };
}

const random = seededRandom(7);
const noise = Buffer.from(Array.from({ length: 100_000 }, () => Math.floor(random() * 256)));

describe('unpacked', () => {
  it('hands out what is not packed as it is', async () => {
    for (const size of [1, 7, 65_536]) {
      const bytes = noise.subarray(0, 1000);
      assert.deepEqual(await unpack(bytes, size), { all: bytes, problems: [] });
    }
    assert.deepEqual(await unpack(Buffer.alloc(0), 1), { all: Buffer.alloc(0), problems: [] });
    assert.deepEqual(await unpack(Buffer.from([0x1f]), 1), { all: Buffer.from([0x1f]), problems: [] });
  });

  it('reads gzip through, in chunks of any size and in several members', async () => {
    const packed = Buffer.concat([gzipSync(noise), gzipSync('and more')]);
    for (const size of [1000, 65_536, packed.length]) {
      const { all, problems } = await unpack(packed, size);
      assert.deepEqual(problems, []);
      assert.ok(all.equals(Buffer.concat([noise, Buffer.from('and more')])), `chunks of ${size}`);
    }
    assert.equal((await unpack(gzipSync('byte by byte'), 1)).all.toString(), 'byte by byte');
  });

  it('keeps what came before the end of a file that was cut off', async () => {
    const packed = gzipSync(noise);
    const { all, problems } = await unpack(packed.subarray(0, packed.length / 2), 4096);
    assert.deepEqual(problems, ['the gzip file ends too early']);
    assert.ok(all.length > 40_000 && all.equals(noise.subarray(0, all.length)));
  });

  it('keeps what came before damage', async () => {
    const packed = gzipSync('x'.repeat(1_000_000) + noise.toString('latin1'), { level: 1 });
    packed.fill(0xff, packed.length - 20_000, packed.length - 10_000);
    const { all, problems } = await unpack(packed, 4096);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /^the gzip file is damaged \(.+\): nothing behind this can be unpacked$/);
    assert.ok(all.length > 1_000_000);
  });
});
