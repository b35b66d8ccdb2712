import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { draft } from '../../../test/support/event-log-contract/fixture.ts';
import { logFolder, roomyLog } from '../../../test/support/log-folder.ts';
import type { LogRecord, Selection } from '../event-log.ts';
import { Indexer, type UnindexedBlock } from './indexer.ts';
import { inspectLog } from './inspect-log.ts';
import { withOfflineStore } from './offline-store.ts';
import { openLmdbLog } from './open-log.ts';
import type { Write } from './store.ts';

const MIB = 1024 * 1024;

function block(first: number, topics: readonly string[], bytes = 8000): UnindexedBlock {
  return { first, last: first + topics.length - 1, topics, bytes };
}

/** Takes all steps that are due, each as a commit that succeeds. */
function flush(indexer: Indexer): (readonly Write[])[] {
  const steps: (readonly Write[])[] = [];
  while (indexer.isDue) {
    const { writes, onDone } = indexer.nextStep();
    steps.push(writes);
    onDone();
  }
  return steps;
}

const keysOf = (writes: readonly Write[]) =>
  writes.flatMap(({ table, key }) => (table === 'index' ? [key as [string, number]] : []));

test('nothing is due before many blocks wait, and a step without anything due writes nothing', () => {
  const indexer = new Indexer(0, 1024 * MIB);
  for (let i = 0; i < 100; i++) indexer.add(block(1 + i, ['a']));
  assert.equal(indexer.isDue, false);
  assert.deepEqual(indexer.nextStep().writes, []);
});

test('entries come sorted by topic, in steps, and the last step alone says how far the index goes', () => {
  const indexer = new Indexer(0, 1024 * MIB);
  const topics = ['c', 'a', 'b', 'd'];
  for (let i = 0; i < 1024; i++) indexer.add(block(1 + 4 * i, topics, 100));
  const steps = flush(indexer);
  assert.ok(steps.length >= 4);
  const keys = steps.flatMap(keysOf);
  assert.equal(keys.length, 4096);
  assert.deepEqual(
    keys,
    keys.toSorted(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j)),
  );
  const ends = steps.map((writes) => writes.filter(({ table }) => table === 'meta').length);
  assert.deepEqual(ends, [...steps.slice(1).map(() => 0), 1]);
});

test('a step that was refused is tried again', () => {
  const indexer = new Indexer(0, 1024 * MIB);
  for (let i = 0; i < 1024; i++) indexer.add(block(1 + i, [`t${i % 3}`], 100));
  const refused = indexer.nextStep().writes;
  assert.deepEqual(indexer.nextStep().writes, refused);
});

test('however much is appended with each commit, what waits does not grow without end', () => {
  const indexer = new Indexer(0, 1024 * MIB);
  let [added, written, most] = [0, 0, 0];
  for (let commit = 0; commit < 200; commit++) {
    const { writes, onDone } = indexer.nextStep();
    onDone();
    written += keysOf(writes).length;
    for (let i = 0; i < 100; i++) {
      indexer.add(
        block(
          1 + added,
          Array.from({ length: 40 }, (_, t) => `t${(added + t) % 997}`),
        ),
      );
      added += 40;
    }
    most = Math.max(most, added - written);
  }
  assert.ok(most < 20 * 4000, `${most} entries waited`);
});

test('blocks that were removed are forgotten, those whose entries are on their way are not to be removed', () => {
  const indexer = new Indexer(0, 1024 * MIB);
  for (let i = 0; i < 1100; i++) indexer.add(block(1 + i, ['a', 'b'].slice(i % 2), 100));
  indexer.forget(10);
  const { writes } = indexer.nextStep();
  assert.ok(keysOf(writes).every(([, first]) => first > 10));
  assert.deepEqual([11, 1100, 1102].map(indexer.isBusyWith), [true, true, false]);
  flush(indexer);
  assert.equal(indexer.isBusyWith(11), false);
});

test('an index that is stopped writes no more', () => {
  const indexer = new Indexer(0, 1024 * MIB);
  indexer.stop();
  for (let i = 0; i < 2000; i++) indexer.add(block(1 + i, ['a']));
  assert.equal(indexer.isDue, false);
});

test('what is removed in the commit that would have told the index of it leaves nothing behind', async (t) => {
  const folder = await logFolder(t);
  const log = await openLmdbLog(folder, { ...roomyLog, maxEvents: 100 });
  for (let batch = 0; batch < 10; batch++) {
    await log.append(Array.from({ length: 1500 }, (_, i) => draft(`t/${batch}/${i}`, 'x')));
  }
  log.trim(Date.now());
  await log.close();
  assert.deepEqual(await withOfflineStore(folder, (store) => inspectLog(store).problems), []);
});

test('exact topics read the same as everything does, wherever the index ends, whatever was dropped, after any restart', async (t) => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('append' as const),
      topics: fc.array(fc.nat(6), { minLength: 1, maxLength: 30 }),
    }),
    fc.constant({ kind: 'reopen' as const }),
  );
  const runs = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
    const folder = await logFolder(t);
    // Small, so that both the index and retention have much to do.
    const options = { ...roomyLog, maxBytes: 150_000 };
    let log = await openLmdbLog(folder, options);
    for (const todo of steps) {
      if (todo.kind === 'reopen') {
        await log.close();
        log = await openLmdbLog(folder, options);
      } else {
        await log.append(todo.topics.map((topic) => draft(`t/${topic}`, 'x'.repeat(300))));
      }
      const all = await readAll(log, everything);
      for (let topic = 0; topic <= 6; topic++) {
        const wanted = `t/${topic}`;
        const read = await readAll(log, exactly(wanted));
        assert.deepEqual(
          read.map(({ position }) => position),
          all.filter((record) => record.topic === wanted).map(({ position }) => position),
        );
      }
    }
    await log.close();
    assert.deepEqual(await withOfflineStore(folder, (store) => inspectLog(store).problems), []);
  });
  await fc.assert(runs, { numRuns: 12 });
});

const everything: Selection = { exactTopics: new Set(), hasPatterns: true, matches: () => true };

function exactly(topic: string): Selection {
  return { exactTopics: new Set([topic]), hasPatterns: false, matches: (given) => given === topic };
}

async function readAll(
  log: Awaited<ReturnType<typeof openLmdbLog>>,
  selection: Selection,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let at = log.oldest - 1; at < log.head; ) {
    const page = await log.read(at, selection, { maxBytes: 20_000, maxScanned: 200 });
    assert.ok(page.to > at, 'reading comes to an end');
    records.push(...page.records);
    at = page.to;
  }
  return records;
}
