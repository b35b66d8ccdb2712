// Idempotency keys.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenEventLog } from '../event-log-contract.ts';
import { withCode } from '../with-code.ts';
import { draft, openLog } from './fixture.ts';

export function testKeys(name: string, open: OpenEventLog): void {
  const keyed = (key: string, data = 'x') => draft('a', data, { key });

  test(`${name}: a key that comes again answers the first position, in the batch and after it`, async () => {
    const { log } = await openLog(open);
    assert.deepEqual(await log.append([keyed('k'), draft('a', 'y'), keyed('k')]), [1, 2, 1]);
    assert.deepEqual(await log.append([draft('a', 'z'), keyed('k'), keyed('l'), keyed('l')]), [3, 1, 4, 4]);
    assert.equal(log.head, 4);
    await log.close();
  });

  test(`${name}: a key that comes again before the first append has answered is a repeat too`, async () => {
    const { log } = await openLog(open);
    assert.deepEqual(await Promise.all([log.append([keyed('k')]), log.append([keyed('k')])]), [[1], [1]]);
    await log.close();
  });

  test(`${name}: a key with another topic, type or data is refused, and nothing of its batch stays`, async () => {
    const { log } = await openLog(open);
    await log.append([draft('a', 'x', { key: 'k', type: 't' })]);
    for (const other of [
      draft('b', 'x', { key: 'k', type: 't' }),
      draft('a', 'y', { key: 'k', type: 't' }),
      draft('a', 'x', { key: 'k' }),
    ]) {
      await assert.rejects(log.append([keyed('new'), other, draft('a', 'z')]), withCode('ERR_KEY_CONFLICT'));
    }
    assert.equal(log.head, 1);
    assert.deepEqual(await log.append([keyed('new', 'other content')]), [2]);
    await log.close();
  });

  test(`${name}: a key that conflicts within one batch refuses the batch`, async () => {
    const { log } = await openLog(open);
    await assert.rejects(log.append([keyed('k', 'x'), keyed('k', 'y')]), withCode('ERR_KEY_CONFLICT'));
    assert.equal(log.head, 0);
    assert.deepEqual(await log.append([keyed('k', 'y')]), [1]);
    await log.close();
  });

  test(`${name}: a key is new again when it is older than the window`, async () => {
    const { log, advance } = await openLog(open, { maxKeyAgeMs: 1000 });
    await log.append([keyed('k')]);
    advance(999);
    assert.deepEqual(await log.append([keyed('k')]), [1]);
    advance(1);
    assert.deepEqual(await log.append([keyed('k', 'other content')]), [2]);
    await log.close();
  });

  test(`${name}: the oldest key is new again when more than maxKeys came after it`, async () => {
    const { log } = await openLog(open, { maxKeys: 2 });
    await log.append([keyed('1'), keyed('2'), keyed('3')]);
    assert.deepEqual(await log.append([keyed('2'), keyed('3')]), [2, 3]);
    assert.deepEqual(await log.append([keyed('1')]), [4]);
    await log.close();
  });

  test(`${name}: a key still answers its position when its event is no longer kept`, async () => {
    const { log } = await openLog(open, { maxEvents: 1 });
    await log.append([keyed('k')]);
    await log.append([draft('a', 'y'), draft('a', 'z')]);
    assert.deepEqual(await log.append([keyed('k')]), [1]);
    await log.close();
  });
}
