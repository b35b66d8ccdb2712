import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streamPath, topicName, topicsOf } from './topics.ts';

const four = { name: 'room {n}/a', count: 4 };
const url = (path: string) => new URL(path, 'http://host');

test('streams take the topics in turn, by path or query, encoded', () => {
  assert.equal(streamPath(url('/{topic}/s?topic={topic}'), four, 5), '/room%201%2Fa/s?topic=room%201%2Fa');
});

test('a stream whose URL names its topic is owed that one only', () => {
  assert.deepEqual(topicsOf(url('/s?topic={topic}'), four, 6), [2]);
  assert.deepEqual(topicsOf(url('/{topic}'), four, 7), [3]);
});

test('a stream whose URL names none is owed all', () => {
  assert.deepEqual(topicsOf(url('/s?topic=room/*'), four, 6), [0, 1, 2, 3]);
});

test('braces that were written encoded stay so', () => {
  assert.equal(streamPath(url('/a%7Bb%7D/{topic}?q=%7B1%7D'), four, 0), '/a%7Bb%7D/room%200%2Fa?q=%7B1%7D');
});

test('a name is not read as a replacement text', () => {
  assert.equal(topicName({ name: '$&{n}$1', count: 2 }, 1), '$&1$1');
  assert.equal(streamPath(url('/{topic}'), { name: '$&', count: 1 }, 0), '/%24%26');
});
