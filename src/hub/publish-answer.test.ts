import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { waitFor, within } from '../../test/support/wait-for.ts';
import type { PublishedEvent } from './draft.ts';
import { publishAnswer } from './publish-answer.ts';

/** A hub that keeps what it is given, and answers when it is told to. */
function fakeHub({ isSlow = false } = {}) {
  const batches: (readonly PublishedEvent[])[] = [];
  const waiting: (() => void)[] = [];
  const hub = {
    ended: '',
    async publish(events: readonly PublishedEvent[]) {
      batches.push(events);
      if (isSlow) await new Promise<void>((resolve) => waiting.push(resolve));
      return events.map((_, i) => `e-${i}`);
    },
    async end(topic: string) {
      hub.ended = topic;
      return 'e-end';
    },
  };
  return {
    hub,
    batches,
    answer: () => waiting.shift()?.(),
    data: () => batches.flat().map(({ data }) => data),
  };
}

async function* piecesOf(pieces: readonly unknown[]) {
  yield* pieces;
}

test('every piece is published once and in order, and then the topic ends', async () => {
  const pieces = fc.array(fc.string());
  await fc.assert(
    fc.asyncProperty(pieces, async (given) => {
      const { hub, data } = fakeHub();
      const result = await publishAnswer(hub, 'answers/1', piecesOf(given), { type: 'token' });
      assert.deepEqual(data(), given);
      assert.deepEqual(result, { count: given.length, endId: 'e-end', isStopped: false });
      assert.equal(hub.ended, 'answers/1');
    }),
  );
});

test('what comes while one publish is under way goes together in the next', async () => {
  const { hub, batches, answer } = fakeHub({ isSlow: true });
  const done = publishAnswer(hub, 'a', piecesOf(['1', '2', '3']));
  await waitFor('the first', () => batches.length === 1);
  answer();
  await waitFor('the rest', () => batches.length === 2);
  answer();
  await within('the end', done);
  assert.deepEqual(
    batches.map((batch) => batch.map(({ data }) => data)),
    [['1'], ['2', '3']],
  );
});

test('a log that is slow holds the source back: it is not asked for more than 1,000 pieces', async () => {
  const { hub, answer } = fakeHub({ isSlow: true });
  let asked = 0;
  async function* endless() {
    for (;;) yield `${asked++}`;
  }
  const abort = new AbortController();
  const done = publishAnswer(hub, 'a', endless(), { signal: abort.signal });
  await waitFor('the bound', () => asked > 1000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(asked < 1010, `${asked} were asked for`);
  abort.abort();
  const clock = setInterval(answer, 1);
  await within('the end', done).finally(() => clearInterval(clock));
});

test('a source that fails ends the topic, after an event that says so, and its error comes out', async () => {
  const { hub, batches } = fakeHub();
  async function* failing() {
    yield 'half';
    throw new Error('the model is gone');
  }
  await assert.rejects(publishAnswer(hub, 'a', failing()), /the model is gone/);
  assert.deepEqual(batches.flat(), [
    { topic: 'a', type: undefined, data: 'half' },
    { topic: 'a', type: 'failed', data: 'error' },
  ]);
  assert.equal(hub.ended, 'a');
});

test('a source that is stopped is left at once, also when it says nothing', async () => {
  const { hub, data } = fakeHub();
  let isReturned = false;
  const silent: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        isReturned = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const abort = new AbortController();
  const done = publishAnswer(hub, 'a', silent, { signal: abort.signal });
  abort.abort();
  assert.deepEqual(await within('the end', done), { count: 0, endId: 'e-end', isStopped: true });
  assert.deepEqual(data(), ['stopped']);
  assert.ok(isReturned);
});

test('what the hub refuses comes out, and the source is left', async () => {
  const { hub } = fakeHub();
  hub.publish = async () => {
    throw new Error('The topic has ended');
  };
  let isLeft = false;
  async function* source() {
    try {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        yield 'x';
      }
    } finally {
      isLeft = true;
    }
  }
  await assert.rejects(within('the end', publishAnswer(hub, 'a', source())), /The topic has ended/);
  await waitFor('the source to be left', () => isLeft);
});

test('mistakes throw', async () => {
  const { hub } = fakeHub();
  await assert.rejects(publishAnswer(hub, 'a', [] as never), /Expected `source` to be an async iterable/);
  await assert.rejects(
    publishAnswer(hub, 'a', piecesOf([]), { kind: 'x' } as never),
    /Unknown option `kind`/,
  );
});
