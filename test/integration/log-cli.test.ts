// `holdfast log`: what it says of a log that is whole, of one that is not, and of one that a hub uses.

import assert from 'node:assert/strict';
import { open, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { silentLogger } from '../../src/base/logger.ts';
import { openLmdbLog } from '../../src/log/lmdb/open-log.ts';
import { runCli, startServe } from '../support/child-process.ts';
import { decodeFrame } from '../support/decode-frame.ts';
import { draft, readAll } from '../support/event-log-contract/fixture.ts';
import { logFolder, roomyLog } from '../support/log-folder.ts';
import { topics } from '../support/selections.ts';
import { waitFor } from '../support/wait-for.ts';
import { withCode } from '../support/with-code.ts';

async function filledFolder(t: TestContext): Promise<string> {
  const folder = await logFolder(t);
  const log = await openLmdbLog(folder, roomyLog);
  for (let i = 0; i < 30; i++) {
    await log.append([
      draft(`t/${i % 3}`, `needle ${i} ${'x'.repeat(5000)}`, { key: `k${i}` }),
      draft('b', 'y'),
    ]);
  }
  await log.endTopic('done');
  await log.close();
  return folder;
}

/** Changes one byte of the store where a text stands. */
async function damage(folder: string, text: string): Promise<void> {
  const path = join(folder, 'log.mdb');
  const at = (await readFile(path)).indexOf(text);
  assert.ok(at > 0, 'the text is in the file');
  const file = await open(path, 'r+');
  await file.write(Buffer.from('N'), 0, 1, at);
  await file.close();
}

test('info and verify say what a whole log holds', async (t) => {
  const folder = await filledFolder(t);
  const info = await runCli(t, ['log', 'info', folder]);
  assert.equal(info.code, 0);
  assert.match(info.stdout, /^epoch {9}([a-z0-9]{8})\nevents {8}61, from \1-1 to \1-61\noldest {8}20/);
  assert.match(
    info.stdout,
    /\nblocks {8}31\nkeys {10}30\nended topics {2}1\nin use .*\nproblems {6}none\n$/s,
  );
  const verify = await runCli(t, ['log', 'verify', folder]);
  assert.deepEqual(verify, { code: 0, stdout: 'The log is whole: 61 events in 31 blocks.\n', stderr: '' });
});

test('a byte that was changed is named by verify, and never served', async (t) => {
  const folder = await filledFolder(t);
  await damage(folder, 'needle 7 ');
  const verify = await runCli(t, ['log', 'verify', folder]);
  assert.equal(verify.code, 1);
  assert.match(verify.stdout, /^Problems: 1\n.*block 15 does not match its checksum\n$/);
  const log = await openLmdbLog(folder, roomyLog);
  assert.equal((await log.read(0, topics('t/0'), { maxBytes: 1, maxScanned: 1 })).records.length, 1);
  await assert.rejects(readAll(log), withCode('ERR_LOG_DAMAGED'));
  await assert.rejects(readAll(log, 14, topics('t/1')), withCode('ERR_LOG_DAMAGED'));
  assert.equal((await readAll(log, 16)).length, 45);
  await log.close();
});

test('a damaged block goes by retention as every other, and is told of once', async (t) => {
  const folder = await filledFolder(t);
  await damage(folder, 'needle 0 ');
  const errors: unknown[] = [];
  const logger = {
    ...silentLogger,
    error: (values: { readonly err?: unknown }) => void errors.push(values.err),
  };
  const log = await openLmdbLog(folder, { ...roomyLog, maxEvents: 50, logger });
  for (let i = 0; i < 100; i++) await log.append([draft('c', String(i))]);
  await waitFor('the old blocks to be dropped', () => {
    log.trim(Date.now());
    return log.oldest === log.head - 49;
  });
  const ofRetention = errors.filter((error) => /block 1 does not match/.test(String(error)));
  assert.ok(ofRetention.length >= 1 && ofRetention.length <= 2, String(errors));
  assert.equal((await readAll(log, log.oldest - 1)).length, 50);
  await log.close();
});

test('a file that was cut is refused, by the log and by the hub', async (t) => {
  const folder = await filledFolder(t);
  const path = join(folder, 'log.mdb');
  await truncate(path, Math.floor((await stat(path)).size / 5));
  for (const args of [
    ['log', 'verify', folder],
    ['serve', '--listen', '127.0.0.1:0', '--log-folder', folder],
  ]) {
    const { code, stderr } = await runCli(t, args);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^holdfast: The log is damaged: .* has \d+ bytes, and its contents reach to \d+\./);
  }
});

test('new-epoch gives every event a new id, and keeps events, keys and ended topics', async (t) => {
  const folder = await filledFolder(t);
  const before = await openLmdbLog(folder, roomyLog);
  const records = await readAll(before);
  await before.close();
  const { code, stdout } = await runCli(t, ['log', 'new-epoch', folder]);
  assert.equal(code, 0);
  const log = await openLmdbLog(folder, roomyLog);
  assert.match(stdout, new RegExp(`^The log has the epoch ${log.epoch}\\.`));
  assert.notEqual(log.epoch, before.epoch);
  const renamed = await readAll(log);
  assert.deepEqual(
    renamed.map((record) => ({ ...record, frame: decodeFrame(record.frame) })),
    records.map((record) => ({
      ...record,
      frame: { ...decodeFrame(record.frame), id: `${log.epoch}-${record.position}` },
    })),
  );
  assert.equal((await readAll(log, 0, topics('t/0'))).length, 10);
  assert.equal(log.endOf('done'), 61);
  assert.deepEqual(await log.append([draft('t/0', `needle 0 ${'x'.repeat(5000)}`, { key: 'k0' })]), [1]);
  await log.close();
  assert.equal((await runCli(t, ['log', 'verify', folder])).code, 0);
});

test('a folder without a log, and one that a hub uses, are refused', async (t) => {
  const folder = await logFolder(t);
  const none = await runCli(t, ['log', 'info', folder]);
  assert.equal(none.code, 3);
  assert.match(none.stderr, /There is no log in/);
  const { hub } = await startServe(t, ['--log', 'lmdb', '--log-folder', folder]);
  const used = await runCli(t, ['log', 'verify', folder]);
  assert.equal(used.code, 3);
  assert.match(used.stderr, new RegExp(`in use by the process ${hub.child.pid}`));
});
