import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slopeBetweenJumps } from './jumps.ts';

const series = (y: (x: number) => number) => Array.from({ length: 24 }, (_, x) => ({ x, y: y(x) }));

test('jumps have no slope between them, a line keeps its own', () => {
  assert.equal(
    slopeBetweenJumps(
      series((x) => (x > 8 ? 50 : 0) + (x > 16 ? 50 : 0)),
      3,
    ),
    0,
  );
  assert.equal(
    slopeBetweenJumps(
      series((x) => 2 * x),
      3,
    ),
    2,
  );
  assert.equal(
    slopeBetweenJumps(
      series((x) => 2 * x + (x > 12 ? 100 : 0)),
      3,
    ),
    2,
  );
});

test('more jumps than are forgiven count as growth', () => {
  assert.ok(
    slopeBetweenJumps(
      series((x) => 50 * Math.floor(x / 3)),
      3,
    ) > 0,
  );
});

test('too few points have none', () => {
  assert.equal(slopeBetweenJumps([], 3), 0);
});
