import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { covers, findTopicProblem, isReserved, type Pattern, parsePattern } from './pattern.ts';

const LETTERS = ['a', 'b', '$x'];
const topicText = fc
  .array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'));
const patternText = fc
  .tuple(fc.array(fc.constantFrom(...LETTERS, '*'), { maxLength: 4 }), fc.boolean())
  .map(([segments, open]) => (open ? [...segments, '**'] : segments).join('/'))
  .filter((text) => text !== '');

function pattern(text: string): Pattern {
  const parsed = parsePattern(text);
  assert.ok('pattern' in parsed, `${text} is no pattern`);
  return parsed.pattern;
}

/** The definition of a match as a regular expression. */
function matchesNaively(text: string, topic: string): boolean {
  const reservedBehindWildcard = topic.startsWith('$') && text.startsWith('*');
  const segments = text.split('/').map((segment) => {
    if (segment === '**') return '(/[^/]+)*';
    return segment === '*' ? '/[^/]+' : `/${segment.replace('$', '\\$')}`;
  });
  return !reservedBehindWildcard && new RegExp(`^${segments.join('')}$`).test(`/${topic}`);
}

test('covers agrees with a naive matcher on topics', () => {
  fc.assert(
    fc.property(patternText, topicText, (wide, topic) => {
      assert.equal(covers(pattern(wide), { segments: topic.split('/') }), matchesNaively(wide, topic));
    }),
    { numRuns: 2000 },
  );
});

test('every pattern covers itself', () => {
  fc.assert(fc.property(patternText, (text) => assert.ok(covers(pattern(text), pattern(text)))));
});

test('what a covered pattern covers is covered too', () => {
  fc.assert(
    fc.property(patternText, patternText, patternText, (a, b, c) => {
      if (!covers(pattern(a), pattern(b)) || !covers(pattern(b), pattern(c))) return;
      assert.ok(covers(pattern(a), pattern(c)), `${a} covers ${b} covers ${c}`);
    }),
    { numRuns: 5000 },
  );
});

test('a pattern covers another exactly when it selects all topics that the other selects', () => {
  // Up to one segment more than any pattern has, with a letter that no pattern names.
  const segments = [...LETTERS, 'z'];
  const everyTopic = segments.slice();
  for (let from = 0, depth = 1; depth < 5; depth++) {
    const to = everyTopic.length;
    for (; from < to; from++) for (const next of segments) everyTopic.push(`${everyTopic[from]}/${next}`);
  }
  const short = patternText.filter((text) => text.split('/').length <= 4);
  fc.assert(
    fc.property(short, short, (wide, narrow) => {
      // `**` selects what `*/**` selects, since a topic has a segment; covers need not know that.
      if (narrow === '**' && wide === '*/**') return;
      const selectsAll = everyTopic.every(
        (topic) => !matchesNaively(narrow, topic) || matchesNaively(wide, topic),
      );
      assert.equal(covers(pattern(wide), pattern(narrow)), selectsAll, `${wide} and ${narrow}`);
    }),
    { numRuns: 400 },
  );
});

test('no wildcard reaches into reserved topics, a pattern that names them does', () => {
  for (const [wide, narrow, expected] of [
    ['**', '$canary', false],
    ['*', '$canary', false],
    ['**', '$canary/**', false],
    ['*/a', '$canary/a', false],
    ['$canary', '$canary', true],
    ['$canary/**', '$canary', true],
    ['$canary/*', '$canary/a', true],
    ['a/*', 'a/$canary', true],
    ['a/**', 'a/$b/c', true],
    ['**', '**', true],
    ['**', '*', true],
  ] as const) {
    assert.equal(covers(pattern(wide), pattern(narrow)), expected, `${wide} and ${narrow}`);
  }
  assert.ok(isReserved('$canary') && isReserved('$') && !isReserved('a/$b'));
});

test('a wildcard is a whole segment, and ** the last one', () => {
  for (const [text, isExact] of [
    ['a', true],
    ['a*/b', true],
    ['***', true],
    ['a/**b', true],
    ['*', false],
    ['a/*/b', false],
    ['**', false],
    ['*/**', false],
  ] as const) {
    assert.equal(pattern(text).isExact, isExact, text);
  }
  for (const text of ['**/a', 'a/**/b', '**/**']) {
    assert.deepEqual(parsePattern(text), { problem: '`**` may only be the last segment' });
  }
});

test('a topic has 1 to 256 bytes of UTF-8', () => {
  assert.equal(findTopicProblem('x'.repeat(256)), undefined);
  assert.equal(findTopicProblem('é'.repeat(128)), undefined);
  assert.match(findTopicProblem('x'.repeat(257))!, /256 bytes/);
  assert.match(findTopicProblem('é'.repeat(129))!, /256 bytes/);
  assert.match(findTopicProblem('')!, /empty/);
});

test('text that is no topic is refused with the rule that it breaks', () => {
  for (const [text, problem] of [
    ['/a', /empty segment/],
    ['a/', /empty segment/],
    ['a//b', /empty segment/],
    ['/', /empty segment/],
    ['a\nb', /control character/],
    ['a\0', /control character/],
    ['a\x7f', /control character/],
    ['a\x85', /control character/],
    ['a\ud800', /surrogate/],
    ['a/*', /wildcards/],
    ['**', /wildcards/],
  ] as const) {
    assert.match(findTopicProblem(text) ?? 'none', problem, JSON.stringify(text));
  }
  for (const text of ['a b', 'ä/ö', 'A', '😀/x', 'a*', '.', '$a']) {
    assert.equal(findTopicProblem(text), undefined, text);
  }
});

test('whatever is accepted as a topic is accepted as an exact pattern that selects it alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      const parsed = parsePattern(text);
      const isTopic = findTopicProblem(text) === undefined;
      assert.equal(isTopic, 'pattern' in parsed && parsed.pattern.isExact);
      if (isTopic) assert.ok(covers(pattern(text), { segments: text.split('/') }));
    }),
    { numRuns: 1000 },
  );
});
