import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCode } from '../../../test/support/with-code.ts';
import { HoldfastError } from '../../base/errors.ts';
import { Readiness } from './readiness.ts';

const refuse = (code: 'ERR_HUB_FULL' | 'ERR_NOT_READY') => () =>
  Promise.reject(new HoldfastError(code, code, 'Wait.'));
const fine = () => Promise.resolve();

function place(number: number, flyCanary: (limitMs: number) => Promise<void> = fine, failures = 0) {
  const worker = { state: 'running' as 'running' | 'ended', startedMs: performance.now(), flyCanary };
  return { number, failures, worker };
}

const check = (...places: ReturnType<typeof place>[]) => new Readiness(places, 2000).check();

test('a hub is ready when every worker that is not full is', async () => {
  await check(place(1), place(2));
  await check(place(1), place(2, refuse('ERR_HUB_FULL')));
  const replaced = { ...place(2), worker: { ...place(2).worker, state: 'ended' as const } };
  await check(place(1), replaced);
});

test('it is not when all are full, one does not answer, one keeps ending, or none runs', async () => {
  await assert.rejects(
    check(place(1, refuse('ERR_HUB_FULL')), place(2, refuse('ERR_HUB_FULL'))),
    withCode('ERR_HUB_FULL'),
  );
  await assert.rejects(
    check(place(1, refuse('ERR_HUB_FULL')), place(2, refuse('ERR_NOT_READY'))),
    withCode('ERR_NOT_READY'),
  );
  await assert.rejects(check(place(1), place(2, fine, 3)), { message: 'Worker 2 of the hub keeps ending' });
  await assert.rejects(check(), withCode('ERR_NOT_READY'));
});

test('who asks within 5 s shares a flight; one that closes says so at once', async (t) => {
  let [flights, nowMs] = [0, 1000];
  t.mock.method(performance, 'now', () => nowMs);
  const readiness = new Readiness([place(1, async () => void flights++)], 2000);
  await Promise.all([readiness.check(), readiness.check()]);
  nowMs += 4999;
  await readiness.check();
  assert.equal(flights, 1);
  nowMs += 1;
  await readiness.check();
  assert.equal(flights, 2);
  readiness.close();
  await assert.rejects(readiness.check(), withCode('ERR_HUB_CLOSED'));
});

test('a worker that dies or drains while its canary flies is not one that answers for the hub', async () => {
  const dying = place(2, async () => {
    dying.worker.state = 'ended';
    throw new HoldfastError('ERR_WORKER_LOST', 'It has gone', 'Wait.');
  });
  await check(place(1), dying);
  dying.worker.state = 'running';
  await assert.rejects(check(place(1, refuse('ERR_HUB_FULL')), dying), withCode('ERR_HUB_FULL'));
  dying.worker.state = 'running';
  await assert.rejects(check(dying), withCode('ERR_NOT_READY'));
});

test('a failure is told for 1 s only', async (t) => {
  let [flights, nowMs] = [0, 1000];
  t.mock.method(performance, 'now', () => nowMs);
  const canary = () => (flights++ === 0 ? refuse('ERR_NOT_READY')() : fine());
  const readiness = new Readiness([place(1, canary)], 2000);
  await assert.rejects(readiness.check(), withCode('ERR_NOT_READY'));
  nowMs += 999;
  await assert.rejects(readiness.check(), withCode('ERR_NOT_READY'));
  nowMs += 1;
  await readiness.check();
  assert.equal(flights, 2);
});
