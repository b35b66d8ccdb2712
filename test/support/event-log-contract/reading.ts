// Reading on from a position.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Page } from '../../../src/log/event-log.ts';
import type { OpenEventLog } from '../event-log-contract.ts';
import { everything, topics, topicsAndPrefix } from '../selections.ts';
import { draft, drafts, openLog, readAll } from './fixture.ts';

const ROOMY = { maxBytes: 1_000_000, maxScanned: 1_000_000 };
const positions = (page: Page) => page.records.map((record) => record.position);

export function testReading(name: string, open: OpenEventLog): void {
  test(`${name}: a read gives what comes after the position, up to the head`, async () => {
    const { log } = await openLog(open);
    await log.append(drafts('a', 5));
    const page = await log.read(2, everything, ROOMY);
    assert.deepEqual(positions(page), [3, 4, 5]);
    assert.equal(page.to, 5);
    const atHead = await log.read(5, everything, ROOMY);
    assert.deepEqual([atHead.records, atHead.to], [[], 5]);
    await log.close();
  });

  test(`${name}: a read of an empty log is empty`, async () => {
    const { log } = await openLog(open);
    const page = await log.read(0, everything, ROOMY);
    assert.deepEqual([page.records, page.to], [[], 0]);
    await log.close();
  });

  test(`${name}: a read where nothing matches comes to the head`, async () => {
    const { log } = await openLog(open);
    await log.append(drafts('a', 5));
    const page = await log.read(0, topics('b'), ROOMY);
    assert.deepEqual([page.records, page.to], [[], 5]);
    await log.close();
  });

  test(`${name}: a page has at most maxBytes of frames`, async () => {
    const { log } = await openLog(open);
    await log.append(drafts('a', 10));
    const frameBytes = (await readAll(log))[0]!.frame.byteLength;
    const page = await log.read(0, everything, { ...ROOMY, maxBytes: 3 * frameBytes });
    assert.deepEqual(positions(page), [1, 2, 3]);
    assert.equal(page.to, 3);
    await log.close();
  });

  test(`${name}: a page has at least one record, however large it is`, async () => {
    const { log } = await openLog(open);
    await log.append([draft('b', ''), draft('a', 'x'.repeat(100_000)), draft('a', 'y')]);
    const page = await log.read(0, topics('a'), { ...ROOMY, maxBytes: 1 });
    assert.deepEqual(positions(page), [2]);
    assert.equal(page.to, 2);
    await log.close();
  });

  test(`${name}: a read that may look at few positions comes on by as many, or further`, async () => {
    const { log } = await openLog(open);
    await log.append(drafts('a', 10));
    const page = await log.read(2, topicsAndPrefix(['b'], 'c'), { ...ROOMY, maxScanned: 3 });
    assert.deepEqual(page.records, []);
    assert.ok(page.to >= 5 && page.to <= 10, `to is ${page.to}`);
    await log.close();
  });

  test(`${name}: reads in pages of any size give every wanted record once, in order`, async () => {
    const topic = fc.constantFrom('a', 'b', 'a/b', 'c/d');
    const batch = fc.array(fc.record({ topic, data: fc.string({ maxLength: 300 }) }), { maxLength: 20 });
    const limits = fc.record({
      maxBytes: fc.integer({ min: 1, max: 2000 }),
      maxScanned: fc.integer({ min: 1, max: 30 }),
    });
    const selection = fc.constantFrom(everything, topics('a', 'c/d'), topicsAndPrefix(['c/d'], 'a'));
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 6 }), limits, selection, fc.nat(), async (...given) => {
        const [batches, pageLimits, wanted, start] = given;
        const { log } = await openLog(open);
        for (const part of batches) await log.append(part);
        const after = log.head === 0 ? 0 : start % log.head;
        const all = batches.flat().map((event, i) => [i + 1, event.topic] as const);
        assert.deepEqual(
          (await readAll(log, after, wanted, pageLimits)).map((record) => [record.position, record.topic]),
          all.filter(([position, name]) => position > after && wanted.matches(name)),
        );
        await log.close();
      }),
      { numRuns: 60 },
    );
  });
}
