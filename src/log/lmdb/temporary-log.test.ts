import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { drafts, readAll } from '../../../test/support/event-log-contract/fixture.ts';
import { logFolder, roomyLog } from '../../../test/support/log-folder.ts';
import { openTemporaryLog } from './temporary-log.ts';

const LONG_AGO = new Date(Date.now() - 3_600_000);

test('a temporary log is in a folder of its own, and gone when it closes', async (t) => {
  const parent = await logFolder(t);
  const log = await openTemporaryLog(roomyLog, parent);
  assert.equal(readdirSync(parent).length, 1);
  assert.deepEqual(await log.append(drafts('a', 3)), [1, 2, 3]);
  assert.equal((await readAll(log)).length, 3);
  await log.close();
  assert.deepEqual(readdirSync(parent), []);
});

test('what a crash has left is removed by the next one; what is in use, young, or another’s stays', async (t) => {
  const parent = await logFolder(t);
  const left = join(parent, 'holdfast-memory-log-left');
  const young = join(parent, 'holdfast-memory-log-young');
  const other = join(parent, 'something-else');
  for (const folder of [left, young, other]) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'log.mdb'), '');
  }
  for (const folder of [left, other]) utimesSync(folder, LONG_AGO, LONG_AGO);
  const log = await openTemporaryLog(roomyLog, parent);
  utimesSync(log.folder, LONG_AGO, LONG_AGO);
  const next = await openTemporaryLog(roomyLog, parent);
  assert.deepEqual(
    new Set(readdirSync(parent).map((name) => join(parent, name))),
    new Set([young, other, log.folder, next.folder]),
  );
  assert.deepEqual(await log.append(drafts('a', 1)), [1]);
  await log.close();
  await next.close();
});
