import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamParser } from '../wire/index.ts';
import { endBlock, firstBlocks, gapBlock, heartbeatBlock } from './blocks.ts';
import type { Chunk } from './chunk.ts';

const LOG = { epoch: 'epochabc', oldest: 10, head: 20 };

/** What a client gets from blocks, in order. */
function parse(chunk: Chunk): unknown[] {
  const seen: unknown[] = [];
  new EventStreamParser({
    onEvent: ({ type, data, lastEventId }) => seen.push([type, JSON.parse(data), lastEventId]),
    onCursor: (id) => seen.push(['cursor', id]),
    onRetry: (ms) => seen.push(['retry', ms]),
    onComment: (text) => seen.push(['comment', text]),
  }).push(chunk.bytes);
  return seen;
}

test('a fresh stream begins with the reconnect delay and its cursor, in one block', () => {
  const chunk = firstBlocks({ position: 20, isResume: false, gap: undefined }, LOG, 1234);
  assert.equal(Buffer.from(chunk.bytes).toString(), 'retry: 1234\nid: epochabc-20\n\n');
});

test('a resumed stream is told from where it goes on and how far the log is', () => {
  const chunk = firstBlocks({ position: 15, isResume: true, gap: undefined }, LOG, 1234);
  assert.deepEqual(parse(chunk), [
    ['retry', 1234],
    ['cursor', 'epochabc-15'],
    ['holdfast', { kind: 'resumed', from: 'epochabc-15', head: 'epochabc-20' }, 'epochabc-15'],
  ]);
});

test('no cursor moves behind a gap before the client has been told of it', () => {
  const gap = { reason: 'epoch', from: 'otherone-7' } as const;
  const chunk = firstBlocks({ position: 9, isResume: true, gap }, LOG, 1234);
  const told = { kind: 'gap', reason: 'epoch', from: 'otherone-7', to: 'epochabc-9' };
  assert.deepEqual(parse(chunk), [
    ['retry', 1234],
    ['holdfast', told, 'epochabc-9'],
    ['holdfast', { kind: 'resumed', from: 'epochabc-9', head: 'epochabc-20' }, 'epochabc-9'],
  ]);
});

test('a gap in the middle of a stream moves the cursor behind it', () => {
  const told = { kind: 'gap', reason: 'trimmed', from: 'epochabc-3', to: 'epochabc-9' };
  assert.deepEqual(parse(gapBlock('epochabc', 3, 9)), [['holdfast', told, 'epochabc-9']]);
});

test('a heartbeat is a cursor block and dispatches nothing', () => {
  assert.deepEqual(parse(heartbeatBlock('epochabc', 12)), [['cursor', 'epochabc-12']]);
});

test('an end says why, with the position that the stream reached', () => {
  assert.deepEqual(parse(endBlock('drain', 'epochabc', 12)), [
    ['holdfast', { kind: 'end', reason: 'drain' }, 'epochabc-12'],
  ]);
});
