import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { objectiveNames } from './objective.ts';
import { parseObjectives } from './parse-objectives.ts';

test('the example of the manual is read', () => {
  const text = 'delivery>=99.99%,latency.p99<=500ms, reconnect.p99.9 <= 5s ,availability>=99.99%';
  assert.deepEqual(parseObjectives(text), [
    { kind: 'share', measure: 'delivery', target: 0.9999, text: 'delivery>=99.99%' },
    { kind: 'time', measure: 'latency', percentile: 'p99', targetMs: 500, text: 'latency.p99<=500ms' },
    {
      kind: 'time',
      measure: 'reconnect',
      percentile: 'p99.9',
      targetMs: 5000,
      text: 'reconnect.p99.9 <= 5s',
    },
    { kind: 'share', measure: 'availability', target: 0.9999, text: 'availability>=99.99%' },
  ]);
});

test('a mistake is named with its position, and with the name that was meant', () => {
  const cases: [string, RegExp][] = [
    ['', /at character 1: a name is missing/],
    ['delivery>=99%,', /at character 15: a name is missing/],
    [
      'delivery>=99%, latancy.p99<=5s',
      /at character 16: `latancy.p99` is no objective. Did you mean `latency.p99`\?/,
    ],
    ['latency.p999<=5s', /at character 1: .* Did you mean `latency.p99`\?/],
    ['latency<=5s', /at character 1: `latency` is no objective/],
    ['delivery<=99%', /at character 9: `delivery` is a share and needs `>=`/],
    ['delivery', /at character 9: `delivery` is a share and needs `>=`/],
    ['latency.p99 >= 5s', /at character 13: `latency.p99` is a time and needs `<=`/],
    ['delivery>=99.99', /at character 11: expected a percentage .* got "99.99"/],
    ['delivery>=101%', /at character 11: expected a percentage/],
    ['delivery>=0%', /at character 11: expected a percentage/],
    ['latency.p99<=500', /at character 14: expected a duration .* got "500"/],
    ['latency.p99<=', /at character 14: expected a duration .* got nothing/],
    ['latency.p99<=0.5ms', /at character 14: expected a duration in whole milliseconds/],
    ['latency.p99<=0.0005s', /at character 14: expected a duration in whole milliseconds/],
    ['delivery>=99%,delivery>=98%', /at character 15: `delivery` is asked twice/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseObjectives(text), { code: 'ERR_USAGE', message }, text);
  }
});

test('every name is read, and no text at all breaks the reader', () => {
  for (const name of objectiveNames) {
    const [objective] = parseObjectives(name.includes('.') ? `${name}<=1.5s` : `${name}>=50%`);
    assert.equal(objective!.kind, name.includes('.') ? 'time' : 'share');
  }
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'delivry.p9<>=%,ms 5') }), (text) => {
      try {
        assert.ok(parseObjectives(text).length > 0);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'ERR_USAGE');
      }
    }),
  );
});
