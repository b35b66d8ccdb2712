import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatByteSize, parseByteSize } from './byte-size.ts';

describe('parseByteSize', () => {
  it('reads binary and decimal units as bytes', () => {
    const cases: [string, number][] = [
      ['4096B', 4096],
      ['64KiB', 65_536],
      ['1.5MiB', 1_572_864],
      ['2GiB', 2_147_483_648],
      ['1kB', 1000],
      ['3MB', 3_000_000],
      ['2GB', 2_000_000_000],
    ];
    for (const [text, bytes] of cases) assert.equal(parseByteSize(text), bytes, text);
  });

  it('refuses a number without a unit, since the unit would be a guess', () => {
    assert.throws(() => parseByteSize('4096'), /^RangeError: Expected a size such as .* got "4096"/);
  });

  it('refuses units with another case, which mean other things', () => {
    for (const text of ['64kib', '64KB', '64Kb', '1mb', '1b', '1K', '1M']) {
      assert.throws(() => parseByteSize(text), RangeError, text);
    }
  });

  it('refuses what is no size, also none and more than can be counted exactly', () => {
    for (const text of [
      '',
      'B',
      '-1B',
      '1 KiB',
      ' 1B',
      '1B\n',
      '1e3B',
      '.5MiB',
      '0B',
      '0.4B',
      '99999999GiB',
    ]) {
      assert.throws(() => parseByteSize(text), RangeError, JSON.stringify(text));
    }
  });

  it('gives back what formatByteSize wrote', () => {
    const scale = fc.constantFrom(1, 1024, 1024 ** 2, 1024 ** 3);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8_000_000 }), scale, (amount, unit) => {
        assert.equal(parseByteSize(formatByteSize(amount * unit)), amount * unit);
      }),
    );
  });
});

describe('formatByteSize', () => {
  it('writes the largest binary unit that stays exact', () => {
    assert.equal(formatByteSize(65_536), '64KiB');
    assert.equal(formatByteSize(65_537), '65537B');
    assert.equal(formatByteSize(1024 ** 3), '1GiB');
    assert.equal(formatByteSize(1536 * 1024), '1536KiB');
    assert.equal(formatByteSize(0), '0B');
  });
});
