import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCode } from '../../test/support/with-code.ts';
import { builtInNames, builtInScenario, builtInText } from './built-in.ts';
import { readScenario } from './read-scenario.ts';
import { timelineOf } from './timeline.ts';

const refuse = (text: string, words: RegExp) =>
  assert.throws(() => readScenario(text, 'mine.yaml'), withCode('ERR_BAD_SCENARIO', words));

const head = `name: mine
summary: what it is
hub: {}
streams: { count: 10 }
traffic: {}
duration: 30s
`;

test('every built-in scenario can be read, has the name of its file, and breaks something', () => {
  const names = builtInNames();
  assert.deepEqual(
    names.toSorted(),
    [
      ...['age-cut', 'client-abort', 'deploy', 'disk-full', 'half-open', 'hub-kill', 'idle-cut', 'jitter'],
      ...['mixed', 'oom', 'slow-readers', 'storm', 'worker-kill'],
    ].toSorted(),
  );
  for (const name of names) {
    const scenario = builtInScenario(name);
    assert.equal(scenario.name, name);
    assert.ok(timelineOf(scenario).length > 0, name);
    // Time to come back after the last fault belongs to the run.
    assert.ok(timelineOf(scenario).at(-1)!.atMs < scenario.duration, name);
  }
  assert.equal(builtInText('nothing'), undefined);
});

test('what is not given has its default, with its unit read', () => {
  const { hub, streams, traffic, settle, expected } = readScenario(head, 'mine.yaml');
  assert.deepEqual([hub?.log, hub?.heartbeat, settle, expected], ['lmdb', 2000, 20_000, 1]);
  assert.deepEqual([streams.count, streams.topics], [10, 50]);
  assert.deepEqual(traffic, { rate: '50/s', payload: 150 });
});

test('a mistake is said with its line and column, and with what would be right', () => {
  refuse('name: [', /^mine\.yaml:1:\d+ /);
  refuse(head.replace('duration: 30s', 'duration: 30'), /^mine\.yaml:6:1 duration: .*expected string/);
  refuse(
    head.replace('duration: 30s', 'duration: soon'),
    /^mine\.yaml:6:1 duration: Expected a duration such as/,
  );
  refuse(`${head}trafic: {}\n`, /^mine\.yaml:7:1 Unknown field `trafic`\. Did you mean `traffic`\?/);
  refuse(
    head.replace('count: 10', 'cuont: 10'),
    /^mine\.yaml:4:12 Unknown field `cuont`\. Did you mean `count`\?/,
  );
  refuse(head.replace('hub: {}\n', ''), /Expected either `hub` or `target`/);
  refuse(head.replace('name: mine\n', ''), /name: /);
});

test('a fault is checked by its own table, in its place', () => {
  const fault = (text: string) => `${head}faults:\n  - { fault: noop, at: 1s }\n  - ${text}\n`;
  refuse(
    fault('{ fault: latncy, at: 1s }'),
    /^mine\.yaml:9:5 There is no fault "latncy"\. Did you mean `latency`\?/,
  );
  refuse(fault('{ fault: latency, at: 1s, latnecy: 5ms }'), /^mine\.yaml:9:5 .*Did you mean `latency`\?/);
  refuse(fault('{ fault: latency, at: 1s, latency: 5 }'), /^mine\.yaml:9:5 .*with its unit/);
  refuse(fault('{ fault: idle-cut, at: 1s, how: gently }'), /silent, forgotten, reset or fin/);
  refuse(fault('{ fault: kill, at: 1s, of: nobody }'), /^mine\.yaml:9:\d+ faults\.1\.of/);
  refuse(fault('{ fault: latency }'), /faults\.1\.at/);
});

test('repetitions are laid out, each with a seed of its own, and none behind the end', () => {
  const scenario = readScenario(
    `${head}faults:\n  - { fault: reset, at: 5s, for: 100ms, every: 10s, probability: 10%, seed: 3 }\n`,
    'mine.yaml',
  );
  assert.deepEqual(
    timelineOf(scenario).map(({ atMs, untilMs, what }) => [
      atMs,
      untilMs,
      what.kind === 'proxy' && what.fault.seed,
    ]),
    [
      [5000, 5100, 3],
      [15_000, 15_100, 4],
      [25_000, 25_100, 5],
    ],
  );
});

test('random faults follow from their seed, and are over before the end', () => {
  const timeline = (seed: number) => {
    const scenario = builtInScenario('mixed');
    return timelineOf({ ...scenario, random: { ...scenario.random!, seed } });
  };
  assert.deepEqual(timeline(1), timeline(1));
  assert.notDeepEqual(timeline(1), timeline(2));
  const { duration } = builtInScenario('mixed');
  for (const { untilMs } of timeline(1)) assert.ok(untilMs! <= duration);
});
