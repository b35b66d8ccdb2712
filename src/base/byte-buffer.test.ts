import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteBuffer } from './byte-buffer.ts';

describe('ByteBuffer', () => {
  it('gives back what was appended and never allocates more than its bound', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 20 }),
        fc.nat(2000),
        (parts, slack) => {
          const all = parts.flatMap((part) => [...part]);
          const buffer = new ByteBuffer(all.length + slack);
          for (const part of parts) buffer.append(part, 0, part.length);
          assert.deepEqual([...buffer.view()], all);
          assert.ok(buffer.capacity <= all.length + slack);
        },
      ),
    );
  });

  it('takes a part of the source', () => {
    const buffer = new ByteBuffer(100);
    buffer.append(Uint8Array.of(1, 2, 3, 4), 1, 3);
    assert.deepEqual([...buffer.view()], [2, 3]);
  });

  it('refuses a byte above its bound', () => {
    const buffer = new ByteBuffer(3);
    buffer.append(Uint8Array.of(1, 2, 3), 0, 3);
    assert.throws(() => buffer.append(Uint8Array.of(4), 0, 1), /at most 3 bytes, got 4/);
  });

  it('lets go of a long line when cleared and keeps a short buffer for the next', () => {
    const buffer = new ByteBuffer(100_000);
    buffer.append(new Uint8Array(50_000), 0, 50_000);
    buffer.clear();
    assert.equal(buffer.capacity, 0);
    buffer.append(new Uint8Array(10), 0, 10);
    const { capacity } = buffer;
    buffer.clear();
    assert.ok(capacity > 0 && buffer.capacity === capacity && buffer.length === 0);
  });
});
