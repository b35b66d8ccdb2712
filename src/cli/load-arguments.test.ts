import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Command } from '@commander-js/extra-typings';
import { resultPath } from '../../test/support/result-lines.ts';
import { type LoadFlags, readLoadArguments } from './load-arguments.ts';
import { loadOptions, loadRules } from './load-options.ts';
import { addOptions } from './option-rows.ts';

const URL = 'http://host/stream';

/** What the command line makes of these, with everything else at its default. */
function read(args: readonly string[], url = URL) {
  const command = addOptions(new Command().exitOverride(), loadOptions, loadRules);
  command.parse(args, { from: 'user' });
  return readLoadArguments(url, command.opts() as LoadFlags);
}

test('without flags it is 100 streams for 30 s, and nothing is published', () => {
  const options = read([]);
  assert.equal(options.streams, 100);
  assert.equal(options.durationMs, 30_000);
  assert.equal(options.rampMs, 100);
  assert.equal(options.publish, undefined);
  assert.equal(options.reconnects, true);
  assert.equal(options.slowShare, 0);
  assert.equal(options.churnPerSecond, 0);
  assert.deepEqual(options.topics, { name: 'load/{n}', count: 1 });
});

test('a ramp is a rate or a time', () => {
  assert.equal(read(['--streams', '1000', '--ramp', '200/s']).rampMs, 5000);
  assert.equal(read(['--streams', '1000', '--ramp', '20s']).rampMs, 20_000);
});

test('shares, rates and kinds arrive as numbers and names', () => {
  const options = read([
    ...['--slow', '2.5%', '--slow-rate', '2KiB/s', '--churn', '30/m', '--churn-by', 'rst'],
    ...['--no-reconnect', '--source', '127.0.0.2-127.0.0.3', '--pid', String(process.pid)],
  ]);
  assert.equal(options.slowShare, 0.025);
  assert.equal(options.slowBytesPerSecond, 2048);
  assert.equal(options.churnPerSecond, 0.5);
  assert.equal(options.churnKind, 'rst');
  assert.equal(options.reconnects, false);
  assert.deepEqual(options.sources, ['127.0.0.2', '127.0.0.3']);
  assert.equal(options.pid, process.pid);
});

test('headers are for streams and publishes', () => {
  const options = read([
    '--header',
    'Authorization: Bearer a:b',
    '--header',
    'X-Empty:',
    '--publish',
    'http://host/p',
  ]);
  assert.deepEqual(options.headers, [
    ['Authorization', 'Bearer a:b'],
    ['X-Empty', ''],
  ]);
  assert.equal(options.publish?.template.headers.Authorization, 'Bearer a:b');
});

test('a template can come from a file, and gets the headers too', (t) => {
  const path = resultPath(t);
  writeFileSync(path, '{"url": "http://host/pub/{topic}"}');
  const { publish } = read(['--publish-template', `@${path}`, '--header', 'x-key: 1', '--rate', '5/s']);
  assert.equal(publish?.template.url, 'http://host/pub/{topic}');
  assert.equal(publish?.template.headers['x-key'], '1');
  assert.equal(publish?.schedule, '5/s');
});

test('a name without {n} is one topic', () => {
  assert.deepEqual(read(['--topic-name', 'news']).topics, { name: 'news', count: 1 });
  assert.deepEqual(read(['--topics', '5']).topics, { name: 'load/{n}', count: 5 });
});

test('placeholders stay in the URL for the run to replace', () => {
  assert.equal(read([], 'http://host/{topic}?t={topic}').url, 'http://host/{topic}?t={topic}');
});
