import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../base/errors.ts';
import type { LogLine } from './calls.ts';
import { workerLogger } from './worker-logger.ts';

test('lines travel as plain data, errors with their code and stack', () => {
  const lines: LogLine[] = [];
  const logger = workerLogger(
    (line) => lines.push(line),
    () => 0,
  );
  const cause = new Error('why');
  const err = new HoldfastError('ERR_LOG_STUCK', 'stuck', 'wait', { cause });
  logger.error({ err, position: 7, socket: () => {} }, 'It failed');
  const [line] = lines;
  assert.deepEqual([line!.level, line!.message, line!.values.position], ['error', 'It failed', 7]);
  assert.partialDeepStrictEqual(line!.values.err, { code: 'ERR_LOG_STUCK', message: 'stuck' });
  assert.partialDeepStrictEqual(line!.values.err, { cause: { message: 'why' } });
  const loop: { self?: unknown } = {};
  loop.self = loop;
  logger.info(loop, 'It has no end');
  assert.match(String(lines[1]!.values.unwritable), /circular/);
});

test('more than 200 lines a second are counted, and their number is said', () => {
  const lines: LogLine[] = [];
  let nowMs = 0;
  const logger = workerLogger(
    (line) => lines.push(line),
    () => nowMs,
  );
  for (let i = 0; i < 250; i++) logger.warn({ i }, 'Again');
  assert.equal(lines.length, 200);
  nowMs = 1000;
  logger.warn({}, 'Once more');
  assert.deepEqual(
    lines.slice(200).map(({ message, values }) => [message, values.dropped]),
    [
      ['Lines of the log were dropped', 50],
      ['Once more', undefined],
    ],
  );
});
