import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nowUs } from './clock.ts';

describe('nowUs', () => {
  it('is the monotonic clock in whole microseconds', () => {
    for (let round = 0; round < 1000; round++) {
      const before = Number(process.hrtime.bigint() / 1000n);
      const now = nowUs();
      const after = Number(process.hrtime.bigint() / 1000n);
      assert.ok(Number.isSafeInteger(now) && before <= now && now <= after, `${before} ${now} ${after}`);
    }
  });
});
