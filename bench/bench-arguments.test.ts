import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBenchArguments } from './bench-arguments.ts';

const known = { scenarios: ['idle', 'steady'], peers: ['holdfast', 'epoll-c', 'nchan'] };
const parse = (...args: string[]) => parseBenchArguments(args, known);

const nothing = { scenarios: [], peers: undefined, rounds: undefined, isQuick: false, resume: undefined };

test('without arguments nothing is chosen, which means the plan', () => {
  assert.deepEqual(parse(), nothing);
});

test('scenarios, peers and rounds can be chosen; peers keep the order of their turns', () => {
  assert.deepEqual(parse('steady', '--peers', 'nchan,holdfast', '--rounds', '2'), {
    scenarios: ['steady'],
    peers: ['holdfast', 'nchan'],
    rounds: 2,
    isQuick: false,
    resume: undefined,
  });
});

test('--quick may have rounds of its own', () => {
  assert.deepEqual(parse('--quick'), { ...nothing, isQuick: true });
  assert.equal(parse('--quick', '--rounds', '3').rounds, 3);
});

test('--resume stands alone', () => {
  assert.deepEqual(parse('--resume', 'folder'), { ...nothing, resume: 'folder' });
  assert.deepEqual(parse('--resume=folder'), { ...nothing, resume: 'folder' });
  assert.throws(() => parse('steady', '--resume', 'folder'), /give nothing beside it/);
  assert.throws(() => parse('--resume=folder', '--quick'), /give nothing beside it/);
});

test('what cannot be read is refused with what there is', () => {
  assert.throws(() => parse('stedy'), /no scenario "stedy".*steady.*There are: idle, steady/);
  assert.throws(() => parse('--peers', 'nchan,x'), /no peer "x".*There are: holdfast, epoll-c, nchan/);
  for (const rounds of ['0', '-1', '1.5', 'many', '101']) {
    assert.throws(() => parse(`--rounds=${rounds}`), /--rounds cannot be/);
  }
  assert.throws(() => parse('--fast'), /--fast/);
});
