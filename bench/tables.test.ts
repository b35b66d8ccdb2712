import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VariantOutcome } from './outcome.ts';
import { alignedTable, roundsByPeer, targetText, variantText } from './tables.ts';

const outcome: VariantOutcome = {
  scenario: 'steady',
  id: 'steady-2000',
  title: '2,000 streams',
  rounds: 2,
  turns: [
    { peer: 'holdfast', round: 1, figures: { cpuUsPerEvent: 2, p99Us: 5000 }, files: [] },
    { peer: 'epoll-c', round: 1, figures: { cpuUsPerEvent: 4 }, files: [] },
    { peer: 'nchan', round: 1, problem: 'crashed: it ended by SIGSEGV', files: [] },
    { peer: 'holdfast', round: 2, figures: { cpuUsPerEvent: 3, p99Us: 7000 }, files: [] },
    { peer: 'epoll-c', round: 2, figures: { cpuUsPerEvent: 3 }, files: [] },
  ],
  unable: { 'better-sse': 'patterns' },
  leftOut: ['pushpin'],
  targets: [],
};
const peers = ['holdfast', 'epoll-c', 'nchan', 'better-sse'];

test('the table has medians, spreads and the ratio of Holdfast to each peer by round', () => {
  const lines = variantText(outcome, ['cpuUsPerEvent', 'p99Us', 'lost'], peers).split('\n');
  assert.equal(lines[0], 'steady: 2,000 streams');
  assert.match(lines[1]!, /CPU an event +holdfast \/ +p99 +holdfast \/$/);
  assert.doesNotMatch(lines[1]!, /lost/, 'a figure that nobody has is left out');
  assert.match(lines[2]!, /holdfast +2\.50 µs \(2\.00 µs to 3\.00 µs\) +6\.00 ms \(5\.00 ms to 7\.00 ms\)/);
  assert.match(lines[3]!, /epoll-c +3\.50 µs .* +0\.75x \(0\.50x to 1\.00x\) +-$/);
});

test('nobody is left out in silence: crashes and peers that cannot are named', () => {
  const text = variantText(outcome, ['cpuUsPerEvent'], peers);
  assert.match(text, /! nchan, round 1: crashed: it ended by SIGSEGV/);
  assert.match(text, /- better-sse cannot: patterns/);
  assert.match(text, /- not measured here: pushpin/);
});

test('rounds keep their place when one failed', () => {
  const rounds = roundsByPeer(outcome, peers);
  assert.deepEqual(rounds.get('nchan'), [undefined, undefined]);
  assert.deepEqual(rounds.get('holdfast')![1], { cpuUsPerEvent: 3, p99Us: 7000 });
});

test('a target says what was asked, in the unit or as a ratio, and whether it is met', () => {
  const value = { median: 0.531, min: 0.5, max: 0.6, rounds: 5 };
  assert.equal(
    targetText({
      figure: 'cpuUsPerEvent',
      atMost: 0.6,
      times: 'epoll-c',
      peer: 'epoll-c',
      value,
      isMet: true,
    }),
    'met: CPU an event 0.53x of epoll-c (asked: at most 0.60x)',
  );
  assert.equal(
    targetText({
      figure: 'privateBytesPerStream',
      atMost: 4096,
      peer: undefined,
      value: { ...value, median: 8192 },
      isMet: false,
    }),
    'MISSED: private a stream 8.00 KiB (asked: at most 4.00 KiB)',
  );
});

test('columns are as wide as their widest text', () => {
  const rows = [
    ['', 'b'],
    ['long', '1'],
    ['x', '100'],
  ];
  assert.deepEqual(alignedTable(rows), ['        b', 'long    1', 'x     100']);
});
