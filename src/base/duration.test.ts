import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it('reads one unit or several as milliseconds', () => {
    const cases: [string, number][] = [
      ['500ms', 500],
      ['15s', 15_000],
      ['5m', 300_000],
      ['1h30m', 5_400_000],
      ['2d', 172_800_000],
      ['1.5s', 1500],
      ['1m30s', 90_000],
      ['1m500ms', 60_500],
    ];
    for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
  });

  it('refuses a number without a unit, since the unit would be a guess', () => {
    assert.throws(() => parseDuration('15'), /^RangeError: Expected a duration such as .* got "15"/);
  });

  it('refuses what is no duration', () => {
    for (const text of [
      '',
      's',
      '-1s',
      '+1s',
      '1 s',
      ' 1s',
      '1s ',
      '1e3s',
      '.5s',
      '1.s',
      '15S',
      '1w',
      '1s,',
      '٣s',
    ]) {
      assert.throws(() => parseDuration(text), RangeError, JSON.stringify(text));
    }
  });

  it('refuses a duration that comes to no millisecond, since 0 never means without limit', () => {
    for (const text of ['0s', '0ms', '0h0m', '0.4ms', '0.0001s'])
      assert.throws(() => parseDuration(text), RangeError, text);
    assert.equal(parseDuration('0.5ms'), 1);
  });

  it('refuses a duration that milliseconds cannot count exactly', () => {
    for (const text of [`${'9'.repeat(20)}d`, `${'9'.repeat(400)}ms`, '9007199254740992ms']) {
      assert.throws(() => parseDuration(text), RangeError, text);
    }
  });

  it('gives back what formatDuration wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (ms) => {
        assert.equal(parseDuration(formatDuration(ms)), ms);
      }),
    );
  });
});

describe('formatDuration', () => {
  it('writes the largest units first and leaves out the empty ones', () => {
    assert.equal(formatDuration(90_000), '1m30s');
    assert.equal(formatDuration(86_400_000), '1d');
    assert.equal(formatDuration(3_600_001), '1h1ms');
    assert.equal(formatDuration(0), '0ms');
    assert.equal(formatDuration(1499.6), '1s500ms');
  });

  it('writes a negative duration with a sign, and refuses what is no number', () => {
    assert.equal(formatDuration(-90_000), '-1m30s');
    assert.throws(() => formatDuration(Number.NaN), RangeError);
    assert.throws(() => formatDuration(Number.POSITIVE_INFINITY), RangeError);
  });
});
