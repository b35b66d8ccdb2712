// Ending topics.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFrame } from '../decode-frame.ts';
import type { OpenEventLog } from '../event-log-contract.ts';
import { withCode } from '../with-code.ts';
import { draft, drafts, openLog, readAll } from './fixture.ts';

export function testEndingTopics(name: string, open: OpenEventLog): void {
  test(`${name}: the end of a topic is a record with the control event`, async () => {
    const { log } = await openLog(open);
    await log.append(drafts('a', 1));
    assert.equal(await log.endTopic('a'), 2);
    const record = (await readAll(log))[1]!;
    assert.deepEqual([record.topic, record.endsTopic], ['a', true]);
    const { id, type, data } = decodeFrame(record.frame);
    assert.deepEqual([id, type], [`${log.epoch}-2`, 'holdfast']);
    assert.deepEqual(JSON.parse(data), { kind: 'end', reason: 'ended', topic: 'a' });
    await log.close();
  });

  test(`${name}: ending a topic again answers the first end and appends nothing`, async () => {
    const { log } = await openLog(open);
    assert.deepEqual(await Promise.all([log.endTopic('a'), log.endTopic('a')]), [1, 1]);
    await log.append(drafts('b', 1));
    assert.equal(await log.endTopic('a'), 1);
    assert.equal(log.head, 2);
    await log.close();
  });

  test(`${name}: endOf is undefined while a topic is open, and then where it ended`, async () => {
    const { log } = await openLog(open);
    await log.append(drafts('a', 1));
    assert.equal(log.endOf('a'), undefined);
    await log.endTopic('a');
    assert.equal(log.endOf('a'), 2);
    assert.equal(log.endOf('a/b'), undefined);
    await log.close();
  });

  test(`${name}: an ended topic takes no event but the repeat of a key, other topics go on`, async () => {
    const { log } = await openLog(open);
    await log.append([draft('a', 'x', { key: 'k' })]);
    await log.endTopic('a');
    await assert.rejects(log.append(drafts('a', 1)), withCode('ERR_TOPIC_ENDED'));
    assert.deepEqual(await log.append([draft('a', 'x', { key: 'k' })]), [1]);
    assert.deepEqual(await log.append(drafts('b', 1)), [3]);
    await log.close();
  });

  test(`${name}: a topic stays ended when the record of its end is no longer kept`, async () => {
    const { log } = await openLog(open, { maxEvents: 1 });
    await log.endTopic('a');
    await log.append(drafts('b', 5));
    assert.equal(log.endOf('a'), 1);
    await assert.rejects(log.append(drafts('a', 1)), withCode('ERR_TOPIC_ENDED'));
    await log.close();
  });

  test(`${name}: beyond maxEndedTopics the oldest end is forgotten`, async () => {
    const { log } = await openLog(open, { maxEndedTopics: 2 });
    for (const topic of ['a', 'b', 'c']) await log.endTopic(topic);
    assert.equal(log.endOf('a'), undefined);
    assert.deepEqual([log.endOf('b'), log.endOf('c')], [2, 3]);
    assert.deepEqual(await log.append(drafts('a', 1)), [4]);
    await log.close();
  });
}
