import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatQuantity, formatRatio } from './quantity.ts';

test('formatQuantity chooses a unit that fits', () => {
  const table = [
    [formatQuantity(1_234_567, 'count'), '1,234,567'],
    [formatQuantity(12.34, 'perSecond'), '12.3/s'],
    [formatQuantity(101_546.6, 'perSecond'), '101,547/s'],
    [formatQuantity(2.1, 'us'), '2.10 µs'],
    [formatQuantity(12_345, 'us'), '12.3 ms'],
    [formatQuantity(2_020_000, 'us'), '2.02 s'],
    [formatQuantity(1500, 'ms'), '1.50 s'],
    [formatQuantity(3_723_000, 'ms'), '1 h 2 min 3 s'],
    [formatQuantity(0, 'bytes'), '0 B'],
    [formatQuantity(3500, 'bytes'), '3.42 KiB'],
    [formatQuantity(0.21, 'cores'), '0.21 cores'],
    [formatRatio(0.583), '0.58x'],
    [formatRatio(19.34), '19.3x'],
  ];
  for (const [actual, expected] of table) assert.equal(actual, expected);
});

test('a share is 100 % only when nothing is missing', () => {
  const shares = [1, 0.5, 0.995, 0.99929, 0.99999999, 1 - 1e-15, 0].map((share) =>
    formatQuantity(share, 'share'),
  );
  assert.equal(shares[0], '100 %');
  assert.deepEqual(shares.slice(1, 4), ['50.0 %', '99.50 %', '99.929 %']);
  for (const share of shares.slice(4)) assert.notEqual(Number.parseFloat(share), 100, share);
});
