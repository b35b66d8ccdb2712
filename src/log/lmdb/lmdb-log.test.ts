import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { testDurability } from '../../../test/support/event-log-contract/durability.ts';
import { draft, drafts, readAll } from '../../../test/support/event-log-contract/fixture.ts';
import { testEventLog } from '../../../test/support/event-log-contract.ts';
import { logFolder, roomyLog } from '../../../test/support/log-folder.ts';
import { topics } from '../../../test/support/selections.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { withCode } from '../../../test/support/with-code.ts';
import type { LogRecord } from '../event-log.ts';
import { openLmdbLog } from './open-log.ts';
import { Store, type Write } from './store.ts';

testEventLog('lmdb log', async (limits, now) => openLmdbLog(await logFolder({ after }), limits, now));

testDurability('lmdb log', async (t) => {
  const folder = await logFolder(t);
  return (limits, now) => openLmdbLog(folder, limits, now);
});

test('appends that come while a commit runs share the next one', async (t) => {
  const log = await openLmdbLog(await logFolder(t), roomyLog);
  const runs: number[] = [];
  log.onAnnounce((records: readonly LogRecord[]) => runs.push(records.length));
  const first = log.append(drafts('a', 1));
  const appends: Promise<readonly number[]>[] = [first];
  for (let i = 0; i < 3; i++) {
    await Promise.resolve();
    appends.push(log.append(drafts('a', 2)), log.append(drafts('b', 2)));
  }
  await Promise.all(appends);
  assert.deepEqual(runs, [1, 12]);
  await log.close();
});

test('nothing is readable, counted or announced before its commit is there', async (t) => {
  const log = await openLmdbLog(await logFolder(t), roomyLog);
  const commit = Store.prototype.commit;
  const { promise, resolve: land } = Promise.withResolvers<void>();
  // The commit is in the store, and whoever waits for it does not know yet.
  const landed = Promise.withResolvers<void>();
  t.mock.method(
    Store.prototype,
    'commit',
    async function (this: Store, writes: Parameters<typeof commit>[0]) {
      await commit.call(this, writes);
      landed.resolve();
      await promise;
    },
  );
  const heads: number[] = [];
  log.onAnnounce(() => heads.push(log.head));
  const appends = [log.append([draft('a', '1', { key: 'k' }), draft('a', '2')]), log.endTopic('b')];
  await landed.promise;
  assert.deepEqual([log.head, log.endOf('b'), heads], [0, undefined, []]);
  assert.deepEqual((await log.read(0, topics('a'), { maxBytes: 1000, maxScanned: 1000 })).records, []);
  land();
  assert.deepEqual(await Promise.all(appends), [[1, 2], 3]);
  assert.deepEqual(heads, [3]);
  await log.close();
});

test('the file stays within twice its bound while ten times as much is published and read', async (t) => {
  const folder = await logFolder(t);
  const maxBytes = 2 * 1024 * 1024;
  const log = await openLmdbLog(folder, { ...roomyLog, maxEvents: 1_000_000, maxBytes });
  let [published, largest] = [0, 0];
  for (let round = 0; published < 10 * maxBytes; round++) {
    const size = round % 3 === 0 ? 1 : 1 + ((round * 7919) % 400);
    const batch = Array.from({ length: size }, (_, i) =>
      draft(`t/${(round + i) % 50}`, 'x'.repeat((i * 37) % 700)),
    );
    published += batch.reduce((sum, event) => sum + event.data.length, 0);
    const append = log.append(batch);
    await log.read(log.oldest - 1, topics('t/1', 't/2'), { maxBytes: 65_536, maxScanned: 2048 });
    await append;
    largest = Math.max(largest, statSync(join(folder, 'log.mdb')).size);
  }
  assert.ok(largest <= 2 * maxBytes, `the file had ${largest} bytes`);
  const kept = (await readAll(log)).reduce((sum, record) => sum + record.frame.byteLength, 0);
  assert.ok(kept >= maxBytes / 3, `only ${kept} bytes of frames are kept`);
  await log.close();
});

test('what is dropped is removed from the disk in the background, index and all', async (t) => {
  const folder = await logFolder(t);
  let nowMs = 1_000_000;
  // Small, so that not all waits to be told to the index.
  const log = await openLmdbLog(folder, { ...roomyLog, maxBytes: 200_000, maxAgeMs: 1000 }, () => nowMs);
  for (let i = 0; i < 200; i++) await log.append(drafts(`t/${i}`, 1));
  const store = new Store(folder, 1024 * 1024);
  assert.ok([...store.indexEntries()].length > 50);
  nowMs += 1001;
  await log.append(drafts('new', 1));
  await waitFor('the old blocks to be dropped', () => {
    log.trim(nowMs);
    return log.oldest === 201;
  });
  // Closing would leave the rest to the next start.
  await waitFor('blocks and index to be removed', () => {
    store.refresh();
    return [...store.indexEntries()].length === 0 && store.lastKey('blocks', 200) === undefined;
  });
  assert.equal(store.entries('blocks', 0)[Symbol.iterator]().next().value?.key, 201);
  await store.close();
  await log.close();
});

test('what is durable is answered, also when a listener throws', async (t) => {
  const log = await openLmdbLog(await logFolder(t), roomyLog);
  const heard: number[] = [];
  log.onAnnounce(() => {
    throw new Error('a listener of the test');
  });
  log.onAnnounce((records) => heard.push(...records.map(({ position }) => position)));
  assert.deepEqual(await log.append(drafts('a', 2)), [1, 2]);
  assert.deepEqual(heard, [1, 2]);
  await log.close();
});

test('a file that is more than twice its bound is made small at the start', async (t) => {
  const folder = await logFolder(t);
  const log = await openLmdbLog(folder, roomyLog);
  for (let i = 0; i < 40; i++)
    await log.append(drafts('a', 50).map((event) => ({ ...event, data: 'x'.repeat(2000) })));
  await log.close();
  const before = statSync(join(folder, 'log.mdb')).size;
  const maxBytes = 1_000_000;
  const opened = await openLmdbLog(folder, { ...roomyLog, maxBytes });
  const size = statSync(join(folder, 'log.mdb')).size;
  assert.ok(before > 2 * maxBytes && size <= maxBytes, `${before} became ${size}`);
  assert.equal(opened.head, 2000);
  const kept = await readAll(opened);
  assert.equal(kept.length, opened.head - opened.oldest + 1);
  assert.ok(kept.length >= 200, `${kept.length} are kept`);
  await opened.close();
});

for (const isFollowed of [true, false]) {
  const next = isFollowed ? 'by the next one' : 'when the log is closed';
  test(`a commit that lands after its time limit is refused, and taken back ${next}`, async (t) => {
    const folder = await logFolder(t);
    const log = await openLmdbLog(folder, { ...roomyLog, commitTimeoutMs: 50 });
    await log.append(drafts('a', 1));
    const { commit } = Store.prototype;
    const gate = Promise.withResolvers<void>();
    const late = t.mock.method(
      Store.prototype,
      'commit',
      async function (this: Store, writes: readonly Write[]) {
        await commit.call(this, writes);
        await gate.promise;
      },
    );
    const refused = [
      log.append([draft('b', 'x'.repeat(50_000), { key: 'k' }), draft('b', 'y'.repeat(50_000))]),
      log.endTopic('c'),
    ];
    for (const append of refused) await assert.rejects(append, withCode('ERR_LOG_STUCK'));
    await assert.rejects(log.append(drafts('a', 1)), withCode('ERR_LOG_STUCK'));
    assert.equal((await readAll(log)).length, 1);
    late.mock.restore();
    gate.resolve();
    if (isFollowed) {
      await waitFor('the log to take events again', () =>
        log.append(drafts('a', 1)).catch(() => false as const),
      );
    } else {
      await log.close();
    }
    await log.close();
    const store = new Store(folder, 1024 * 1024);
    const kept = isFollowed ? [1, 2] : [1];
    const keysOf = (table: 'blocks' | 'keys' | 'ends') =>
      Array.from(store.entries(table, 0), ({ key }) => key);
    assert.deepEqual([keysOf('blocks'), keysOf('keys'), keysOf('ends')], [kept, [], []]);
    assert.deepEqual([...store.indexEntries()], []);
    await store.close();
  });
}
