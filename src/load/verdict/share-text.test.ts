import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countText, shareText, timeText } from './share-text.ts';

test('a share has as many digits as there is to see', () => {
  assert.deepEqual(
    [0.9999, 0.99990004, 1, 0.5, 0.123456, 0.999999999, 0, 0.951].map((share) => shareText(share)),
    ['99.99 %', '99.9900 %'.replace('00 ', ' '), '100 %', '50 %', '12.35 %', '99.9999999 %', '0 %', '95.1 %'],
  );
});

test('a limit never moves to its better side', () => {
  assert.equal(shareText(0.99989, 'down'), '99.989 %');
  assert.equal(shareText(0.9999, 'down'), '99.99 %');
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      const value = (round: 'down' | 'up') => Number.parseFloat(shareText(share, round)) / 100;
      assert.ok(value('down') <= share + 1e-9 && value('up') >= share - 1e-9);
    }),
  );
});

test('counts and times are short', () => {
  assert.deepEqual([1234567, 0, 1.04, 12.3456].map(countText), ['1,234,567', '0', '1', '12']);
  assert.deepEqual([12, 1999, 500_123, 1_404_000].map(timeText), ['12 us', '2 ms', '500 ms', '1.4 s']);
});
