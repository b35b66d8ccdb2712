// Retention by count, bytes and age. An engine that drops whole blocks may keep less than it could, so these
// tests say what must be gone and what must stay, not how much exactly.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventLog } from '../../../src/log/event-log.ts';
import type { OpenEventLog } from '../event-log-contract.ts';
import { everything } from '../selections.ts';
import { draft, drafts, openLog, readAll } from './fixture.ts';

const ROOMY = { maxBytes: 1_000_000, maxScanned: 1_000_000 };

export function testRetention(name: string, open: OpenEventLog): void {
  test(`${name}: keeps at most maxEvents, the newest`, async () => {
    const { log, advance } = await openLog(open, { maxEvents: 100 });
    for (let i = 0; i < 30; i++) await log.append(drafts('a', 11));
    log.trim(advance(0));
    assert.equal(log.head, 330);
    assert.ok(log.oldest > 230 && log.oldest <= 330, `oldest is ${log.oldest}`);
    await assertKept(log);
    await log.close();
  });

  test(`${name}: keeps at most maxBytes of frames, the newest`, async () => {
    const { log, advance } = await openLog(open, { maxBytes: 100_000 });
    for (let i = 0; i < 50; i++) await log.append([draft('a', 'x'.repeat(5000))]);
    log.trim(advance(0));
    const kept = await assertKept(log);
    const bytes = kept.reduce((sum, record) => sum + record.frame.byteLength, 0);
    assert.ok(bytes <= 100_000 && kept.length >= 1, `${bytes} bytes are kept`);
    await log.close();
  });

  test(`${name}: keeps the newest record also when it alone is over maxBytes`, async () => {
    const { log, advance } = await openLog(open, { maxBytes: 1000 });
    await log.append([draft('a', 'small'), draft('a', 'x'.repeat(5000))]);
    log.trim(advance(0));
    assert.equal(log.oldest, 2);
    assert.equal((await assertKept(log)).length, 1);
    await log.close();
  });

  test(`${name}: drops what is older than maxAgeMs and keeps what is not; the head stays`, async () => {
    const { log, advance } = await openLog(open, { maxAgeMs: 1000 });
    await log.append(drafts('a', 3));
    advance(600);
    await log.append(drafts('b', 2));
    log.trim(advance(400));
    assert.equal(log.oldest, 1);
    log.trim(advance(1));
    assert.equal(log.oldest, 4);
    await assertKept(log);
    log.trim(advance(600));
    assert.equal(log.head, 5);
    assert.equal(log.oldest, 6);
    const page = await log.read(5, everything, ROOMY);
    assert.deepEqual([page.records, page.to], [[], 5]);
    assert.deepEqual(await log.append(drafts('a', 1)), [6]);
    assert.equal(log.oldest, 6);
    await assertKept(log);
    await log.close();
  });

  test(`${name}: a read after a position that is no longer kept rejects`, async () => {
    const { log, advance } = await openLog(open, { maxAgeMs: 1000 });
    await log.append(drafts('a', 3));
    advance(1000);
    await log.append(drafts('a', 3));
    log.trim(advance(1));
    assert.equal(log.oldest, 4);
    await assert.rejects(log.read(2, everything, ROOMY));
    assert.equal((await log.read(3, everything, ROOMY)).records.length, 3);
    await log.close();
  });
}

/** Everything from the oldest position to the head is there. */
async function assertKept(log: EventLog) {
  const records = await readAll(log);
  assert.deepEqual(
    records.map((record) => record.position),
    Array.from({ length: log.head - log.oldest + 1 }, (_, i) => log.oldest + i),
  );
  return records;
}
