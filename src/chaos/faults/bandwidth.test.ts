import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FaultRig } from '../../../test/support/fault-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { bandwidth } from './bandwidth.ts';

/** What passes of plenty within some steps of time. */
function passed(bytesPerSecond: number, stepsMs: readonly number[]): number {
  const shaper = bandwidth.shape({ bytesPerSecond }, Math.random, 0);
  let nowMs = 0;
  let all = 0;
  for (const stepMs of stepsMs) {
    nowMs += stepMs;
    const bytes = shaper.allows({ bytes: 1e9, first: new Uint8Array(1), isLast: false }, nowMs);
    shaper.left(bytes, nowMs);
    all += bytes;
  }
  return all;
}

test('never more passes than the rate and one burst, and no less than the rate when asked often', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000_000 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 }),
      (rate, stepsMs) => {
        const time = stepsMs.reduce((sum, step) => sum + step, 0);
        const burst = Math.max(1, rate / 20);
        const all = passed(rate, stepsMs);
        assert.ok(all <= (rate * time) / 1000 + burst + 1, `${all} in ${time} ms`);
        // What was saved at the start is full, so a step below a burst's time wastes only that.
        assert.ok(all >= (rate * (time - 40)) / 1000 - 1, `${all} in ${time} ms`);
      },
    ),
  );
});

test('a waiting byte comes in the end at a byte a second', () => {
  assert.equal(passed(1, [1000, 1000]), 2);
});

test('the sender is pushed back, and all arrives', async (t) => {
  const rig = await FaultRig.start(t, [{ kind: 'bandwidth', options: { bytesPerSecond: 1_000_000 } }]);
  const { client, server } = await rig.pair();
  const data = Buffer.alloc(16 * 1024 * 1024, 'x');
  server.send(data);
  await waitFor('the first bytes', () => client.bytes.length > 10_000);
  // What neither the proxy nor the kernels took stands with the sender.
  assert.ok(server.socket.writableLength > 0);
  await rig.proxy.remove('bandwidth');
  await waitFor('all bytes', () => client.bytes.length === data.length);
});
