import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePrometheusText } from './prometheus-text.ts';

const wanted = new Set(['a', 'b_seconds_sum', 'x:y']);
const read = (text: string) => {
  const { metrics, problems } = parsePrometheusText(text, wanted);
  return {
    metrics: metrics.map(({ name, labels, value }) => [name, Object.fromEntries(labels), value]),
    problems,
  };
};

test('values with and without labels, times, blanks and comments', () => {
  const text = [
    '# HELP a What a is, with "quotes" and {braces}',
    '# TYPE a gauge',
    '# a 99',
    'a 1',
    '  a\t{ } 2.5e3 \r',
    'x:y{le="0.5",kind="major",} 3 1395066363000',
    'b_seconds_sum { a = "1" , b = "2" } +4 -5',
    '',
    'ab 7',
    'a_b{ 8',
  ].join('\n');
  assert.deepEqual(read(text), {
    metrics: [
      ['a', {}, 1],
      ['a', {}, 2500],
      ['x:y', { le: '0.5', kind: 'major' }, 3],
      ['b_seconds_sum', { a: '1', b: '2' }, 4],
    ],
    problems: [],
  });
});

test('escapes in labels, and what looks like the end of them', () => {
  const { metrics, problems } = read('a{p="C:\\\\d\\"}\\n,b=\\"",q="}\\x{"} 1');
  assert.deepEqual(metrics, [['a', { p: 'C:\\d"}\n,b="', q: '}\\x{' }, 1]]);
  assert.deepEqual(problems, []);
});

test('numbers that are none are values too', () => {
  const values = ['NaN', '+Inf', '-Inf', 'Inf', '.5', '5.', '-1E-2'].map((value) => `a ${value}`).join('\n');
  assert.deepEqual(
    read(values).metrics.map(([, , value]) => value),
    [Number.NaN, Infinity, -Infinity, Infinity, 0.5, 5, -0.01],
  );
});

test('a bad line costs itself', () => {
  const bad = [
    'a',
    'a 0x10',
    'a 1_000',
    'a{b="c} 1',
    'a{b=c} 1',
    'a{1b="c"} 1',
    'a{b="c"',
    'a{b="c"d="e"} 1',
    'a 1 2 3',
    'a 1 soon',
  ];
  for (const line of bad) {
    const { metrics, problems } = read(`a 1\n${line}\na 2`);
    assert.equal(metrics.length, 2, line);
    assert.match(problems.join(), /^line 2 \(a\) has (no value|labels that cannot be read)$/, line);
  }
});

test('what a stranger can make it hold is bounded', () => {
  const { metrics, problems } = read(`${'a 1\n'.repeat(5000)}`);
  assert.equal(metrics.length, 1000);
  assert.equal(problems.length, 5);
  assert.match(read(`a{b="${'\\"'.repeat(2_000_000)}"} 1\na 2`).problems[0]!, /is too long/);
  assert.deepEqual(read(`a{__proto__="x"} 1`).metrics, [['a', JSON.parse('{"__proto__":"x"}'), 1]]);
});

test('no text throws, and each line answers for itself', () => {
  const piece = fc.constantFrom(
    'a',
    '{',
    '}',
    '"',
    '\\',
    ',',
    '=',
    ' ',
    '\n',
    '1',
    'NaN',
    '\r',
    '\u2028',
    'é',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }), (pieces) => {
      const { metrics } = read(`${pieces.join('')}\na{b="c"} 7`);
      assert.deepEqual(metrics.at(-1), ['a', { b: 'c' }, 7]);
    }),
  );
});
