import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { EndKind } from '../result.ts';
import type { StreamEnd } from './load-stream.ts';
import { DEFAULT_RETRY_MS, MAX_BACKOFF_MS, planReconnect } from './reconnect.ts';

const end = (kind: EndKind): StreamEnd => ({ kind, detail: 'as seen', status: undefined });

describe('planReconnect', () => {
  it('waits up to the retry value of the server, or 3 s', () => {
    assert.deepEqual(planReconnect(end('reset'), 1000, 0, 0.25), { waitMs: 250 });
    assert.deepEqual(planReconnect(end('complete'), undefined, 0, 1), { waitMs: DEFAULT_RETRY_MS });
    assert.deepEqual(planReconnect(end('truncated'), 0, 0, 1), { waitMs: 0 });
  });

  it('waits a little and ever longer after failures, also where the server says 0', () => {
    assert.deepEqual(planReconnect(end('unreachable'), 0, 1, 1), { waitMs: 200 });
    assert.deepEqual(planReconnect(end('unreachable'), 0, 5, 1), { waitMs: 3200 });
  });

  it('waits longer after each failure, within its bound or the retry of the server', () => {
    assert.deepEqual(planReconnect(end('unreachable'), 1000, 3, 1), { waitMs: 8000 });
    assert.deepEqual(planReconnect(end('unreachable'), 1000, 2000, 1), { waitMs: MAX_BACKOFF_MS });
    assert.deepEqual(planReconnect(end('timeout'), 60_000, 4, 1), { waitMs: 60_000 });
  });

  it('spreads clients over the whole wait', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.nat(50),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (retry, failures, random) => {
          const { waitMs } = planReconnect(end('reset'), retry, failures, random);
          const most = planReconnect(end('reset'), retry, failures, 1).waitMs!;
          assert.equal(waitMs, Math.round(most * random));
        },
      ),
    );
  });

  it('stays away for good after an answer that is no event stream, and after its own end', () => {
    assert.deepEqual(planReconnect(end('refused'), 1000, 1, 1), { waitMs: undefined, because: 'as seen' });
    assert.equal(planReconnect(end('own'), 1000, 0, 1).waitMs, undefined);
  });
});
