import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chunk } from 'holdfast';
import { FakeOutlet } from 'holdfast/testing';
import { RateLimitedOutlet } from './outlet-rate-limit.ts';

test('a stream goes on when its second is over, and not before its client has taken all', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const fake = new FakeOutlet();
  const limited = new RateLimitedOutlet(fake, 100);
  let drains = 0;
  limited.listener = { onDrain: () => drains++, onLeave: () => {}, onClose: () => {} };

  fake.pushesBack = true;
  assert.equal(limited.write(Chunk.ofText(`data: ${'x'.repeat(92)}\n\n`)), false); // 100 bytes
  assert.deepEqual(fake.events, ['x'.repeat(92)]);
  t.mock.timers.tick(1000);
  assert.equal(drains, 0, 'the client has not taken it yet');
  fake.drain();
  assert.equal(drains, 1);
});
