// What an engine that keeps its log on disk promises beyond the others: a log that is opened again goes on.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { EventLog } from '../../../src/log/event-log.ts';
import type { EventLogLimits } from '../event-log-contract.ts';
import { topics } from '../selections.ts';
import { withCode } from '../with-code.ts';
import { draft, drafts, ROOMY, readAll } from './fixture.ts';

/** Opens the log of one place, the same each time, once the log that was opened there before is closed. */
export type ReopenEventLog = (limits: EventLogLimits, now: () => number) => Promise<EventLog>;

/** Tests that a log is there again when it is opened again; `place` gives a new place for each test. */
export function testDurability(name: string, place: (t: TestContext) => Promise<ReopenEventLog>): void {
  /** A log, and how to close it and open it again. */
  async function openTwice(t: TestContext, limits: Partial<EventLogLimits> = {}) {
    let nowMs = Date.UTC(2026, 0, 1);
    const reopen = await place(t);
    const open = () => reopen({ ...ROOMY, ...limits }, () => nowMs);
    const log = await open();
    return {
      log,
      again: async () => {
        await log.close();
        return open();
      },
      advance: (ms: number) => {
        nowMs += ms;
        return nowMs;
      },
    };
  }

  test(`${name}: a log that is opened again has its epoch, its records and its head, and goes on`, async (t) => {
    const { log, again } = await openTwice(t);
    await Promise.all([log.append(drafts('a', 3)), log.append([draft('b', 'x', { type: 't' })])]);
    await log.append([draft('c', 'y'.repeat(100_000)), draft('a', '')]);
    const before = await readAll(log);
    const opened = await again();
    assert.deepEqual([opened.epoch, opened.head, opened.oldest], [log.epoch, 6, 1]);
    assert.deepEqual(await readAll(opened), before);
    assert.deepEqual(await opened.append(drafts('a', 1)), [7]);
    const ofA = await readAll(opened, 0, topics('a'));
    assert.deepEqual(
      ofA.map((record) => record.position),
      [1, 2, 3, 6, 7],
    );
    await opened.close();
  });

  test(`${name}: keys are known after a restart, for as long as their window lasts`, async (t) => {
    const { log, again, advance } = await openTwice(t, { maxKeyAgeMs: 1000, maxKeys: 3 });
    await log.append([draft('a', '0', { key: 'forgotten' })]);
    await log.append([draft('a', '1', { key: 'k' }), draft('a', '2'), draft('a', '3', { key: 'l' })]);
    advance(500);
    await log.append([draft('a', '4', { key: 'm' })]);
    const opened = await again();
    assert.deepEqual(await opened.append([draft('a', '1', { key: 'k' }), draft('a', '5')]), [2, 6]);
    await assert.rejects(opened.append([draft('a', 'other', { key: 'l' })]), withCode('ERR_KEY_CONFLICT'));
    assert.deepEqual(await opened.append([draft('a', '0', { key: 'forgotten' })]), [7]);
    advance(500);
    assert.deepEqual(await opened.append([draft('a', 'other', { key: 'l' })]), [8]);
    assert.deepEqual(await opened.append([draft('a', '4', { key: 'm' })]), [5]);
    await opened.close();
  });

  test(`${name}: a topic that was ended stays ended after a restart`, async (t) => {
    const { log, again } = await openTwice(t, { maxEvents: 1, maxEndedTopics: 2 });
    for (const topic of ['a', 'b', 'c']) await log.endTopic(topic);
    await log.append(drafts('d', 3));
    const opened = await again();
    assert.deepEqual([opened.endOf('a'), opened.endOf('b'), opened.endOf('c')], [undefined, 2, 3]);
    await assert.rejects(opened.append(drafts('c', 1)), withCode('ERR_TOPIC_ENDED'));
    assert.equal(await opened.endTopic('b'), 2);
    assert.deepEqual(await opened.append(drafts('a', 1)), [7]);
    await opened.close();
  });

  test(`${name}: a log of which nothing is kept goes on after its head all the same`, async (t) => {
    const { log, again, advance } = await openTwice(t, { maxAgeMs: 1000 });
    await log.append(drafts('a', 3));
    log.trim(advance(1001));
    assert.equal(log.oldest, 4);
    const opened = await again();
    opened.trim(advance(0));
    assert.deepEqual([opened.epoch, opened.head, opened.oldest], [log.epoch, 3, 4]);
    assert.deepEqual(await opened.append(drafts('a', 1)), [4]);
    await opened.close();
  });
}
