// Appending and announcing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogRecord } from '../../../src/log/event-log.ts';
import { decodeFrame } from '../decode-frame.ts';
import type { OpenEventLog } from '../event-log-contract.ts';
import { withCode } from '../with-code.ts';
import { draft, drafts, openLog, readAll } from './fixture.ts';

export function testAppending(name: string, open: OpenEventLog): void {
  test(`${name}: an empty log has head 0, oldest 1 and an epoch of 6 to 10 characters`, async () => {
    const { log } = await openLog(open);
    assert.match(log.epoch, /^[a-z0-9]{6,10}$/);
    assert.equal(log.head, 0);
    assert.equal(log.oldest, 1);
    await log.close();
  });

  test(`${name}: two logs have different epochs`, async () => {
    const [one, two] = [await openLog(open), await openLog(open)];
    assert.notEqual(one.log.epoch, two.log.epoch);
    await Promise.all([one.log.close(), two.log.close()]);
  });

  test(`${name}: positions begin at 1 and are consecutive over batches`, async () => {
    const { log } = await openLog(open);
    assert.deepEqual(await log.append(drafts('a', 3)), [1, 2, 3]);
    assert.deepEqual(await log.append([]), []);
    assert.deepEqual(await log.append(drafts('b', 2)), [4, 5]);
    assert.equal(log.head, 5);
    await log.close();
  });

  test(`${name}: appends that overlap in time get positions in the order of their calls`, async () => {
    const { log } = await openLog(open);
    const batches = Array.from({ length: 20 }, (_, i) => log.append(drafts(`t${i}`, i % 3)));
    assert.deepEqual(
      (await Promise.all(batches)).flat(),
      Array.from({ length: log.head }, (_, i) => i + 1),
    );
    await log.close();
  });

  test(`${name}: a frame carries the id, the type and the data of its event`, async () => {
    const { log, advance } = await openLog(open);
    await log.append([draft('a', 'line 1\nline 2', { type: 'note' }), draft('b/c', '')]);
    const [first, second] = await readAll(log);
    assert.deepEqual(decodeFrame(first!.frame), {
      id: `${log.epoch}-1`,
      type: 'note',
      data: 'line 1\nline 2',
    });
    assert.deepEqual(decodeFrame(second!.frame), { id: `${log.epoch}-2`, type: 'message', data: '' });
    assert.deepEqual(
      [first, second].map((record) => [record!.position, record!.topic, record!.timeMs, record!.endsTopic]),
      [
        [1, 'a', advance(0), false],
        [2, 'b/c', advance(0), false],
      ],
    );
    await log.close();
  });

  test(`${name}: a batch with an event for an ended topic leaves nothing, also no key`, async () => {
    const { log } = await openLog(open);
    await log.endTopic('done');
    const batch = [draft('a', 'x', { key: 'k' }), draft('done', 'late'), draft('a', 'y')];
    await assert.rejects(log.append(batch), withCode('ERR_TOPIC_ENDED'));
    assert.equal(log.head, 1);
    assert.deepEqual(await log.append([draft('a', 'other content', { key: 'k' })]), [2]);
    assert.equal((await readAll(log)).length, 2);
    await log.close();
  });

  test(`${name}: an append that is refused leaves those that were called beside it alone`, async () => {
    const { log } = await openLog(open);
    const answers = await Promise.allSettled([
      log.append([draft('a', '1', { key: 'k' })]),
      log.endTopic('done'),
      log.append([draft('a', '2'), draft('done', 'late')]),
      log.append([draft('a', 'other content', { key: 'k' }), draft('a', '3')]),
      log.append([draft('a', '1', { key: 'k' }), draft('a', '4')]),
    ]);
    assert.deepEqual(
      answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.code)),
      [[1], 2, 'ERR_TOPIC_ENDED', 'ERR_KEY_CONFLICT', [1, 3]],
    );
    assert.deepEqual(
      (await readAll(log)).map((record) => record.topic),
      ['a', 'done', 'a'],
    );
    await log.close();
  });

  test(`${name}: announces each batch once, in order, when the head has moved`, async () => {
    const { log } = await openLog(open);
    const announced: LogRecord[] = [];
    const off = log.onAnnounce((records) => {
      assert.equal(log.head, records.at(-1)!.position);
      assert.equal(log.ring?.head ?? log.head, log.head);
      announced.push(...records);
    });
    await Promise.all([log.append(drafts('a', 2)), log.endTopic('b'), log.append(drafts('a', 3))]);
    assert.deepEqual(
      announced.map((record) => record.position),
      [1, 2, 3, 4, 5, 6],
    );
    assert.deepEqual(announced, await readAll(log));
    off();
    await log.append(drafts('a', 1));
    assert.equal(announced.length, 6);
    await log.close();
  });

  test(`${name}: nothing is announced when nothing is new`, async () => {
    const { log } = await openLog(open);
    await log.append([draft('a', 'x', { key: 'k' })]);
    await log.endTopic('b');
    let count = 0;
    log.onAnnounce(() => count++);
    await log.append([]);
    await log.append([draft('a', 'x', { key: 'k' })]);
    await log.endTopic('b');
    await assert.rejects(log.append([draft('a', 'y', { key: 'k' })]));
    assert.equal(count, 0);
    await log.close();
  });

  test(`${name}: after close it refuses more, and what was being appended is there`, async () => {
    const { log } = await openLog(open);
    const last = log.append(drafts('a', 2));
    await log.close();
    assert.deepEqual(await last, [1, 2]);
    assert.equal(log.head, 2);
    await assert.rejects(log.append(drafts('a', 1)), withCode('ERR_HUB_CLOSED'));
    await assert.rejects(log.endTopic('a'), withCode('ERR_HUB_CLOSED'));
    await log.close();
  });
}
