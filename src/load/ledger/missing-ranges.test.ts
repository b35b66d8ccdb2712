import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MissingRanges } from './missing-ranges.ts';

describe('MissingRanges', () => {
  it('knows each number as a set would, also when ranges are split and forgotten', () => {
    const ranges = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9 })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        ranges,
        fc.array(fc.integer({ min: 1, max: 200 })),
        fc.nat(25),
        (gapsAndLengths, fills, forgotten) => {
          const ranges = new MissingRanges();
          const missing = new Set<number>();
          let at = 1;
          for (const [gap, length] of gapsAndLengths) {
            ranges.append(at + gap, at + gap + length - 1);
            for (let seq = at + gap; seq < at + gap + length; seq++) missing.add(seq);
            at += gap + length;
          }
          const fill = (seq: number) => {
            assert.equal(ranges.fill(seq), missing.delete(seq) ? 'missing' : 'present', `${seq}`);
            assert.equal(ranges.missing, missing.size);
          };
          for (const seq of fills) fill(seq);
          const rangesLeft = [...missing].filter((seq) => !missing.has(seq - 1)).length;
          assert.equal(ranges.rangeCount, rangesLeft);

          let highestForgotten = 0;
          const sorted = [...missing].sort((a, b) => a - b);
          for (let index = 0; index < Math.min(forgotten, rangesLeft); index++) {
            ranges.forgetFirst();
            do highestForgotten = sorted.shift()!;
            while (sorted[0] === highestForgotten + 1);
          }
          assert.equal(ranges.missing, missing.size, 'what is forgotten stays missing');
          assert.equal(ranges.forgotten, missing.size - sorted.length);
          for (let seq = 1; seq <= highestForgotten; seq++) assert.equal(ranges.fill(seq), 'forgotten');
          for (const seq of sorted) assert.equal(ranges.fill(seq), 'missing');
        },
      ),
    );
  });
});
