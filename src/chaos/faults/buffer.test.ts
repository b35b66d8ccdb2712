import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { buffer } from './buffer.ts';

test('what leaves is whole lumps, whatever comes how', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 50 }),
      (lumpBytes, chunks) => {
        const shaper = buffer.shape({ lumpBytes }, Math.random, 0);
        let held = 0;
        for (const chunk of chunks) {
          shaper.arrived(chunk, 0);
          held += chunk;
          const bytes = shaper.allows({ bytes: held, first: new Uint8Array(1), isLast: false }, 0);
          assert.equal(bytes, held - (held % lumpBytes));
          shaper.left(bytes, 0);
          held -= bytes;
        }
        assert.equal(shaper.allows({ bytes: held, first: new Uint8Array(1), isLast: true }, 0), held);
      },
    ),
  );
});

test('events come late and several at once; the rest comes with the end', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'buffer', options: { lumpBytes: 4096 } }], {
    maxHeldBytes: 1024,
  });
  const { client, server } = await rig.pair();
  let first: number | undefined;
  client.socket.on('data', (chunk: Buffer) => {
    first ??= chunk.length;
  });
  for (let sent = 0; sent < 5000; sent += 100) server.send('x'.repeat(100));
  await waitFor('a lump', () => client.bytes.length > 0);
  assert.equal(first, 4096);
  server.socket.end();
  await waitFor('the rest', () => client.ended === 'fin');
  assert.equal(client.bytes.length, 5000);
});
