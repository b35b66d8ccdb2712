import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLines, runLine, sampleLine, summaryLine } from '../../test/support/small-result.ts';
import { runNotes } from './run-notes.ts';

const notesOf = (sample: object, summary: object) => {
  const { runs, problems } = readLines([
    runLine,
    { ...sampleLine, ...sample },
    { ...summaryLine, limitedIntervals: 0, limitedByServerIntervals: 0, ...summary },
  ]);
  return runNotes(runs[0]!, problems);
};

test('a run in which nothing went wrong has no notes', () => {
  assert.deepEqual(notesOf({}, {}), []);
});

test('publishes of which none was acknowledged are told first, with the reason', () => {
  const none = {
    publishedTotal: 0,
    publishErrorsTotal: 1200,
    publishErrorsByReason: { 'answered with status 404': 1200 },
  };
  assert.deepEqual(notesOf({}, none), [
    'Not one of 1,200 publishes was acknowledged: 1,200 answered with status 404.',
  ]);
  assert.deepEqual(notesOf({}, { ...none, publishedTotal: 1 }), []);
});

test('a run whose streams were gone at the end says so', () => {
  assert.deepEqual(notesOf({ streamsUp: 0, streamsWanted: 2000 }, {}), [
    'Only 0 of 2,000 streams were up at the end.',
  ]);
  assert.deepEqual(notesOf({ streamsUp: 1990, streamsWanted: 2000 }, {}), []);
});

test('the waits of streams that never came back are told from reconnects', () => {
  const reconnect = { ...sampleLine.latency, count: 12 };
  assert.deepEqual(notesOf({}, { reconnectsTotal: 10, reconnect }), [
    '2 streams had not come back at the end; `reconnect` has their wait so far.',
  ]);
  assert.deepEqual(notesOf({}, { reconnectsTotal: 12, reconnect }), []);
});
