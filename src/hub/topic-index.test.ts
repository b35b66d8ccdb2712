import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { covers, type Pattern, parsePattern } from './pattern.ts';
import { TopicIndex } from './topic-index.ts';

const segment = fc.constantFrom('a', 'b', '$x');
const topic = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const pattern = fc
  .tuple(fc.array(fc.oneof(segment, fc.constant('*')), { maxLength: 4 }), fc.boolean())
  .map(([segments, open]) => (open ? [...segments, '**'] : segments).join('/'))
  .filter((text) => text !== '')
  .map(parse);

function parse(text: string): Pattern {
  const parsed = parsePattern(text);
  assert.ok('pattern' in parsed);
  return parsed.pattern;
}

function match(index: TopicIndex<number>, name: string): number[] {
  const found: number[] = [];
  index.match(name, (subscriber) => found.push(subscriber));
  return found.sort((a, b) => a - b);
}

test('it finds what a scan of all patterns finds, through adds and removes, and is empty when all have left', () => {
  const add = fc.record({ pattern, subscriber: fc.nat(5), isAdd: fc.constant(true) });
  const remove = fc.record({ index: fc.nat(), isAdd: fc.constant(false) });
  const action = fc.oneof({ weight: 2, arbitrary: add }, { weight: 1, arbitrary: remove });
  fc.assert(
    fc.property(
      fc.array(action, { maxLength: 40 }),
      fc.array(topic, { maxLength: 10 }),
      (actions, topics) => {
        const index = new TopicIndex<number>();
        let model: { pattern: Pattern; subscriber: number }[] = [];
        for (const given of actions) {
          if (given.isAdd) {
            index.add(given.pattern, given.subscriber);
            model = [...model.filter((entry) => !isSame(entry, given)), given];
          } else if (model.length > 0) {
            const [gone] = model.splice(given.index % model.length, 1);
            index.remove(gone!.pattern, gone!.subscriber);
          }
          for (const name of topics) {
            const wanted = model.filter((entry) => covers(entry.pattern, { segments: name.split('/') }));
            assert.deepEqual(match(index, name), wanted.map(({ subscriber }) => subscriber).sort());
          }
          assert.equal(index.isEmpty, model.length === 0);
        }
        for (const entry of model) index.remove(entry.pattern, entry.subscriber);
        assert.ok(index.isEmpty);
      },
    ),
    { numRuns: 300 },
  );
});

test('removing what is not there changes nothing', () => {
  const index = new TopicIndex<number>();
  index.add(parse('a/b'), 1);
  index.add(parse('a/*'), 1);
  for (const text of ['a', 'a/b/c', '*', 'a/**', 'b/*', 'a/*/c']) index.remove(parse(text), 1);
  index.remove(parse('a/b'), 2);
  index.remove(parse('a/*'), 2);
  assert.deepEqual(match(index, 'a/b'), [1, 1]);
});

test('a subscriber that leaves while it is visited does not disturb the visit', () => {
  const index = new TopicIndex<number>();
  for (const subscriber of [1, 2, 3]) index.add(parse('a'), subscriber);
  const visited: number[] = [];
  index.match('a', (subscriber) => {
    visited.push(subscriber);
    index.remove(parse('a'), subscriber);
  });
  assert.deepEqual(visited, [1, 2, 3]);
  assert.ok(index.isEmpty);
});

function isSame(
  a: { pattern: Pattern; subscriber: number },
  b: { pattern: Pattern; subscriber: number },
): boolean {
  return a.pattern.text === b.pattern.text && a.subscriber === b.subscriber;
}
