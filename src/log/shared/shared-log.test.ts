import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draft, drafts, readAll } from '../../../test/support/event-log-contract/fixture.ts';
import { testEventLog } from '../../../test/support/event-log-contract.ts';
import { everything, topics } from '../../../test/support/selections.ts';
import { shareLog } from '../../../test/support/shared-log-rig.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { withCode } from '../../../test/support/with-code.ts';
import type { EventLog, LogRecord } from '../event-log.ts';
import { MAX_UNACKNOWLEDGED_BYTES } from './announcer.ts';

const PAGE = { maxBytes: 65_536, maxScanned: 2048 };

// Retention is the other process's: its trim, and what it tells of it, stand in for this one's.
testEventLog('shared log', async (limits, now): Promise<EventLog> => {
  const { shared, own, host, close } = await shareLog(limits, now);
  return new Proxy(shared, {
    get(target, name) {
      if (name === 'close') return close;
      if (name === 'trim') {
        return (nowMs: number) => {
          own.trim(nowMs);
          host.tellState();
          target.trim(nowMs);
        };
      }
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
});

test('what one worker appends is announced to all, once and in order', async () => {
  const { shared, join, own, close } = await shareLog();
  const { shared: other } = await join();
  const seen: LogRecord[] = [];
  other.onAnnounce((records) => seen.push(...records));
  await Promise.all([
    shared.append(drafts('a', 3)),
    other.append(drafts('b', 2)),
    own.append(drafts('c', 1)),
  ]);
  await other.endTopic('a');
  assert.deepEqual(
    seen.map(({ position }) => position),
    [1, 2, 3, 4, 5, 6, 7],
  );
  assert.deepEqual(seen, await readAll(own));
  assert.deepEqual([shared.endOf('a'), own.endOf('a'), other.head], [7, 7, 7]);
  await close();
});

test('a worker that joins later knows head, oldest and ends, and reads what was before', async () => {
  const { own, join, close } = await shareLog();
  await own.append(drafts('a', 300));
  await own.endTopic('a');
  const { shared } = await join();
  assert.deepEqual([shared.epoch, shared.head, shared.oldest, shared.endOf('a')], [own.epoch, 301, 1, 301]);
  assert.deepEqual(await readAll(shared), await readAll(own));
  await close();
});

test('a worker that has stopped is announced a bounded number of bytes, and then reads what it missed', async () => {
  const { own, host, shared, workerEnd, close } = await shareLog();
  const holes: (readonly string[] | undefined)[] = [];
  let announced = 0;
  shared.onAnnounce((records, endedTopics) => {
    if (records.length === 0) holes.push(endedTopics);
    else announced += records.length;
  });
  workerEnd.isStopped = true;
  const event = draft('a', 'x'.repeat(10_000));
  for (let i = 0; i < 100; i++) await own.append(Array.from({ length: 10 }, () => event));
  await own.endTopic('ended in the hole');
  assert.ok(host.unacknowledgedBytes <= MAX_UNACKNOWLEDGED_BYTES);
  assert.ok(workerEnd.waitingBytes <= MAX_UNACKNOWLEDGED_BYTES + 10_000, `${workerEnd.waitingBytes} wait`);
  assert.ok(workerEnd.waitingBytes > MAX_UNACKNOWLEDGED_BYTES / 2, `${workerEnd.waitingBytes} wait`);
  workerEnd.go();
  await waitFor('the worker to know the head', () => shared.head === own.head);
  assert.deepEqual(holes, [['ended in the hole']]);
  assert.ok(announced > 100 && announced < 1000, `${announced} were announced`);
  assert.deepEqual([shared.ring.head, shared.ring.oldest], [1001, 1002]);
  assert.equal(shared.endOf('ended in the hole'), 1001);
  assert.deepEqual(await readAll(shared, 0, everything, PAGE), await readAll(own, 0, everything, PAGE));
  // It keeps up again, and gets records.
  await own.append(drafts('b', 1));
  assert.equal(shared.ring.get(1002)?.topic, 'b');
  await waitFor('everything to be acknowledged', () => host.unacknowledgedBytes === 0);
  await close();
});

test('one commit that is larger than the bound is announced by the head alone', async () => {
  const { own, shared, close } = await shareLog();
  let records = 0;
  shared.onAnnounce((announced) => {
    records += announced.length;
  });
  await own.append(Array.from({ length: 80 }, () => draft('a', 'x'.repeat(65_000))));
  assert.deepEqual([shared.head, records], [80, 0]);
  assert.equal((await readAll(shared, 0, everything, PAGE)).length, 80);
  await close();
});

test('an append has reached this process as well when it is answered', async () => {
  const { own, shared, workerEnd, close } = await shareLog();
  workerEnd.isStopped = true;
  // So far behind that no commit is announced until it has acknowledged.
  const large = Array.from({ length: 10 }, () => draft('b', 'x'.repeat(65_000)));
  for (let i = 0; i < 12; i++) await own.append(large);
  const append = shared.append(drafts('a', 1));
  await waitFor('the commit', () => own.head === 121);
  workerEnd.go();
  assert.ok(shared.head < 121);
  assert.deepEqual(await append, [121]);
  assert.equal(shared.head, 121);
  await close();
});

for (const selection of [topics('a'), everything]) {
  const kind = selection.hasPatterns ? 'patterns' : 'exact topics';
  test(`history that is removed before this process hears of it is said to be gone (${kind})`, async () => {
    let nowMs = Date.UTC(2026, 0, 1);
    const { own, shared, workerEnd, close } = await shareLog({ maxAgeMs: 1000 }, () => nowMs);
    for (let i = 0; i < 10; i++) await own.append(drafts('a', 1));
    workerEnd.isStopped = true;
    nowMs += 1001;
    await own.append(drafts('a', 1));
    await waitFor('the old blocks to be removed from the files', async () => {
      own.trim(nowMs);
      const page = await shared.read(shared.oldest - 1, selection, PAGE);
      return page.records.length === 0;
    });
    // The head that was announced is 10, and nothing up to there is left.
    assert.deepEqual([shared.oldest, shared.head], [11, 10]);
    await assert.rejects(shared.read(3, selection, PAGE), RangeError);
    workerEnd.go();
    assert.deepEqual([shared.oldest, shared.head], [11, 11]);
    assert.equal((await readAll(shared, 10, selection)).length, 1);
    await close();
  });
}

test('a head that was only learned from the files is a hole, and ends within it are told later', async () => {
  let nowMs = Date.UTC(2026, 0, 1);
  const { own, shared, workerEnd, close } = await shareLog({ maxAgeMs: 1000 }, () => nowMs);
  await own.append(drafts('a', 1));
  const heard: [number, readonly string[]][] = [];
  shared.onAnnounce((records, endedTopics = []) => heard.push([records.length, endedTopics]));
  workerEnd.isStopped = true;
  await own.append(drafts('a', 5));
  await own.endTopic('b');
  nowMs += 1001;
  await own.append(drafts('c', 2));
  await waitFor('the old blocks to be removed from the files', async () => {
    own.trim(nowMs);
    const page = await shared.read(shared.head - 1, everything, PAGE).catch(() => undefined);
    return page === undefined || page.records.length === 0;
  });
  assert.deepEqual([shared.head, shared.oldest], [7, 8]);
  assert.deepEqual(heard, [[0, []]]);
  workerEnd.go();
  assert.deepEqual([shared.head, shared.endOf('b')], [9, 7]);
  assert.deepEqual(
    heard.flatMap(([, endedTopics]) => endedTopics),
    ['b'],
  );
  await close();
});

test('a position that others were told of is awaited', async () => {
  const { own, shared, hostEnd, workerEnd, close } = await shareLog();
  workerEnd.isStopped = true;
  await own.append(drafts('a', 3));
  const learning = shared.learnHead();
  workerEnd.go();
  await learning;
  assert.equal(shared.head, 3);
  hostEnd.close();
  await assert.rejects(shared.learnHead(), withCode('ERR_LOG_STUCK'));
  await close();
});

test('failures come from the other process as they are', async () => {
  const { shared, close } = await shareLog();
  await shared.endTopic('done');
  await assert.rejects(
    shared.append(drafts('done', 1)),
    (error: Error & { code?: string; help?: string }) => {
      assert.equal(error.name, 'HoldfastError');
      assert.equal(error.code, 'ERR_TOPIC_ENDED');
      assert.match(error.message, /^The topic "done" ended at \w+-1$/);
      assert.match(error.help!, /Publish to another topic/);
      return true;
    },
  );
  await close();
});

test('a process that does not answer refuses appends in time, and bounds those that wait', async () => {
  const { shared, hostEnd, close } = await shareLog({}, undefined, 100);
  hostEnd.isStopped = true;
  const large = Array.from({ length: 500 }, () => draft('a', 'x'.repeat(60_000)));
  const waiting = [shared.append(large), shared.append(drafts('a', 1))];
  await assert.rejects(shared.append(large), withCode('ERR_LOG_STUCK'));
  for (const append of waiting) await assert.rejects(append, withCode('ERR_LOG_STUCK'));
  hostEnd.go();
  // The first ones were on their way, and are in the log: the answer had said that it may be so.
  await waitFor('the log to answer again', () => shared.append(drafts('a', 1)).catch(() => false as const));
  await close();
});

test('a channel that closes refuses what waits and what comes', async () => {
  const { shared, hostEnd, workerEnd, close } = await shareLog();
  hostEnd.isStopped = true;
  const append = shared.append(drafts('a', 1));
  workerEnd.close();
  await assert.rejects(append, withCode('ERR_LOG_STUCK'));
  await assert.rejects(shared.append(drafts('a', 1)), withCode('ERR_LOG_STUCK'));
  await close();
});

test('a process that dies between its answer and its announcement is not waited for', async () => {
  const { shared, workerEnd, close } = await shareLog();
  const before = workerEnd.receivedCount;
  // As if it had not come.
  shared.take = () => {};
  const append = shared.append(drafts('a', 1));
  const refused = assert.rejects(append, { code: 'ERR_LOG_STUCK', message: /has gone$/ });
  await waitFor('answer and announcement', () => workerEnd.receivedCount === before + 2);
  await new Promise((resolve) => setImmediate(resolve));
  workerEnd.close();
  const closing = shared.close();
  assert.equal(shared.close(), closing, 'both wait for the same end');
  await closing;
  await refused;
  await close();
});
