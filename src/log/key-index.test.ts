import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeyIndex } from './key-index.ts';

const draft = { topic: 'a', data: 'x' };
const open = (limits = {}) => new KeyIndex({ maxKeys: 100, maxKeyAgeMs: 1000, ...limits });

test('a key is new, then the same with its content, and other with another', () => {
  const keys = open();
  assert.deepEqual(keys.lookUp('k', draft, 0), { found: 'new' });
  keys.remember('k', draft, 7, 0);
  assert.deepEqual(keys.lookUp('k', { ...draft }, 0), { found: 'same', position: 7 });
  assert.deepEqual(keys.lookUp('k', { ...draft, data: 'y' }, 0), { found: 'other', position: 7 });
  assert.deepEqual(keys.lookUp('k', { ...draft, type: 't' }, 0), { found: 'other', position: 7 });
  assert.deepEqual(keys.lookUp('l', draft, 0), { found: 'new' });
});

test('content is never mistaken for other content with the same letters', () => {
  const keys = open();
  keys.remember('k', { topic: 'a', type: 'b', data: 'c' }, 1, 0);
  assert.equal(keys.lookUp('k', { topic: 'ab', data: 'c' }, 0).found, 'other');
  assert.equal(keys.lookUp('k', { topic: 'a', data: 'bc' }, 0).found, 'other');
  assert.equal(keys.lookUp('k', { topic: 'a","b', data: 'c' }, 0).found, 'other');
});

test('a key without a type is the same as one whose type is undefined', () => {
  const keys = open();
  keys.remember('k', draft, 1, 0);
  assert.equal(keys.lookUp('k', { ...draft, type: undefined }, 0).found, 'same');
});

test('trim drops the keys that are too old, and only those', () => {
  const keys = open();
  keys.remember('old', draft, 1, 0);
  keys.remember('young', draft, 2, 500);
  keys.trim(999);
  assert.equal(keys.size, 2);
  keys.trim(1000);
  assert.equal(keys.size, 1);
  assert.equal(keys.lookUp('young', draft, 1000).found, 'same');
});

test('it answers like a list of the last maxKeys keys that are young enough', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const action = fc.record({ key, data: fc.constantFrom('x', 'y'), pauseMs: fc.constantFrom(0, 1, 40, 100) });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const keys = open({ maxKeys: 3, maxKeyAgeMs: 100 });
      let model: { key: string; data: string; position: number; timeMs: number }[] = [];
      let nowMs = 1000;
      for (const [position, { key: name, data, pauseMs }] of actions.entries()) {
        nowMs += pauseMs;
        const known = model.find((entry) => entry.key === name && entry.timeMs > nowMs - 100);
        const found = known === undefined ? 'new' : known.data === data ? 'same' : 'other';
        const answer = keys.lookUp(name, { topic: 't', data }, nowMs);
        assert.deepEqual(answer, found === 'new' ? { found } : { found, position: known!.position });
        if (found !== 'new') continue;
        keys.remember(name, { topic: 't', data }, position, nowMs);
        model = [
          ...model.filter((entry) => entry.key !== name),
          { key: name, data, position, timeMs: nowMs },
        ];
        model = model.slice(-3);
        assert.ok(keys.size <= 3);
      }
    }),
  );
});
