import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBenchArguments } from './bench-arguments.ts';

const known = { scenarios: ['idle', 'steady'], peers: ['holdfast', 'epoll-c', 'nchan'] };
const parse = (...args: string[]) => parseBenchArguments(args, known);

test('without arguments it is everything, five rounds', () => {
  assert.deepEqual(parse(), { scenarios: [], peers: undefined, rounds: 5, isQuick: false });
});

test('scenarios, peers and rounds can be chosen; peers keep the order of their turns', () => {
  assert.deepEqual(parse('steady', '--peers', 'nchan,holdfast', '--rounds', '2'), {
    scenarios: ['steady'],
    peers: ['holdfast', 'nchan'],
    rounds: 2,
    isQuick: false,
  });
});

test('--quick is one round, if nothing else is said', () => {
  assert.equal(parse('--quick').rounds, 1);
  assert.equal(parse('--quick', '--rounds', '3').rounds, 3);
});

test('what cannot be read is refused with what there is', () => {
  assert.throws(() => parse('stedy'), /no scenario "stedy".*steady.*There are: idle, steady/);
  assert.throws(() => parse('--peers', 'nchan,x'), /no peer "x".*There are: holdfast, epoll-c, nchan/);
  for (const rounds of ['0', '-1', '1.5', 'many', '101']) {
    assert.throws(() => parse(`--rounds=${rounds}`), /--rounds cannot be/);
  }
  assert.throws(() => parse('--fast'), /--fast/);
});
