import assert from 'node:assert/strict';
import { it, describe as suite } from 'node:test';
import fc from 'fast-check';
import { describe, integer, MAX_TIMER_MS, milliseconds, resolveOptions, shorten, value } from './options.ts';

const table = {
  heartbeatMs: milliseconds(15_000),
  maxTopics: integer(100, 1, 1000),
  name: value('hub', 'a non-empty string', (given) => typeof given === 'string' && given !== ''),
};
const resolve = (given: unknown) => resolveOptions('createHub', table, given as object);

suite('resolveOptions', () => {
  it('fills in the defaults, also for undefined', () => {
    const defaults = { heartbeatMs: 15_000, maxTopics: 100, name: 'hub' };
    assert.deepEqual(resolve(undefined), defaults);
    assert.deepEqual(resolve({}), defaults);
    assert.deepEqual(resolve({ name: undefined, maxTopics: 7 }), { ...defaults, maxTopics: 7 });
  });

  it('answers a frozen copy', () => {
    const given = { maxTopics: 5 };
    const resolved = resolve(given);
    given.maxTopics = 6;
    assert.equal(resolved.maxTopics, 5);
    assert.ok(Object.isFrozen(resolved));
  });

  it('refuses an unknown option and names the one that was meant', () => {
    assert.throws(() => resolve({ heartbeatMS: 1 }), {
      name: 'TypeError',
      message: 'Unknown option `heartbeatMS` of createHub. Did you mean `heartbeatMs`?',
    });
    assert.throws(() => resolve({ colour: 1 }), { message: 'Unknown option `colour` of createHub.' });
    // Names that every object has are no options.
    assert.throws(() => resolve({ toString: 1 }), /Unknown option `toString`/);
    assert.throws(() => resolve(JSON.parse('{"__proto__": 1}')), /Unknown option `__proto__`/);
  });

  it('says what it expected and what it got', () => {
    const cases: [object, string][] = [
      [
        { heartbeatMs: '15s' },
        'Expected `heartbeatMs` to be an integer from 1 to 2147483647, got "15s" (string)',
      ],
      [{ maxTopics: 1001 }, 'Expected `maxTopics` to be an integer from 1 to 1000, got 1001 (number)'],
      [{ name: '' }, 'Expected `name` to be a non-empty string, got "" (string)'],
      [{ name: null }, 'Expected `name` to be a non-empty string, got null'],
    ];
    for (const [given, message] of cases) assert.throws(() => resolve(given), { name: 'TypeError', message });
  });

  it('refuses options that are no object of options', () => {
    for (const given of [null, 'x', 7, true, ['a'], [], () => {}]) {
      assert.throws(
        () => resolve(given),
        /^TypeError: Expected the options of createHub to be an object, got /,
      );
    }
  });
});

suite('integer and milliseconds', () => {
  it('accept whole numbers within their bounds and nothing else', () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        const whole = typeof given === 'number' && Number.isSafeInteger(given);
        assert.equal(integer(5, 0, 10).accepts(given), whole && given >= 0 && given <= 10);
      }),
    );
    for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', 5n, null]) {
      assert.ok(!integer(5).accepts(wrong), String(wrong));
    }
  });

  it('name their bounds', () => {
    assert.equal(integer(5).expected, 'a positive integer');
    assert.equal(integer(5, 0).expected, 'an integer from 0 up');
    assert.equal(integer(5, 2, 9).expected, 'an integer from 2 to 9');
  });

  it('keep a time within what a timer can hold', () => {
    assert.ok(milliseconds(1).accepts(MAX_TIMER_MS));
    assert.ok(!milliseconds(1).accepts(MAX_TIMER_MS + 1));
  });
});

suite('describe', () => {
  it('shows a value in a few words', () => {
    assert.equal(describe('15s'), '"15s" (string)');
    assert.equal(describe(7), '7 (number)');
    assert.equal(describe(10n), '10 (bigint)');
    assert.equal(describe(undefined), 'undefined');
    assert.equal(describe([1]), 'an array');
    assert.equal(describe({}), 'an object');
    assert.equal(describe(assert), 'a function');
    assert.equal(describe(Symbol('s')), 'Symbol(s) (symbol)');
  });

  it('never fails and never grows with the value', () => {
    fc.assert(fc.property(fc.anything(), (given) => assert.ok(describe(given).length < 600)));
    assert.ok(describe('x'.repeat(1_000_000)).length < 100);
    assert.ok(describe(10n ** 5000n).length < 100);
  });
});

suite('shorten', () => {
  it('keeps 80 characters and marks what it cut', () => {
    assert.equal(shorten('x'.repeat(80)), 'x'.repeat(80));
    assert.equal(shorten('x'.repeat(81)), `${'x'.repeat(79)}…`);
  });

  it('does not cut a character in two', () => {
    assert.equal(shorten(`${'x'.repeat(78)}😀yy`), `${'x'.repeat(78)}…`);
  });
});
