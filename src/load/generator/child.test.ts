import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { within } from '../../../test/support/wait-for.ts';
import { Child } from './child.ts';
import type { FromGenerator, ToGenerator } from './messages.ts';

type Generator = Child<ToGenerator, FromGenerator>;

/** A child whose program is not there. */
function unstarted(t: TestContext): Generator {
  const { execPath } = process;
  t.after(() => {
    process.execPath = execPath;
  });
  process.execPath = '/no/such/node';
  try {
    return new Child('generator-process');
  } finally {
    process.execPath = execPath;
  }
}

test('a child that cannot be started is told as lost, and its end is not waited for', async (t) => {
  const child = unstarted(t);
  await assert.rejects(within('an answer', child.ask({ kind: 'stop' })), {
    code: 'ERR_GENERATOR_LOST',
    message: /generator-process: spawn \/no\/such\/node ENOENT/,
  });
  await assert.rejects(within('an answer', child.ask({ kind: 'stop' })), { code: 'ERR_GENERATOR_LOST' });
  child.tell({ kind: 'start' });
  child.kill();
  await within('the end', child.end());
});

test('it can be ended before anyone knows that it did not start', async (t) => {
  await within('the end', unstarted(t).end());
});

test('a child that is killed in the middle is lost, with the signal', async (t) => {
  const child: Generator = new Child('generator-process');
  t.after(() => child.kill());
  const answer = child.ask({ kind: 'sample', published: [] });
  child.kill();
  await assert.rejects(within('an answer', answer), { message: /it ended with SIGKILL/ });
  await within('the end', child.end());
});
