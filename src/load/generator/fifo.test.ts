import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fifo } from './fifo.ts';

test('what goes in comes out in order, also across the gap that is cut off', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1500), fc.nat(1500)), { maxLength: 8 }), (turns) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      let next = 0;
      for (const [pushed, taken] of turns) {
        for (let i = 0; i < pushed; i++) {
          model.push(next);
          fifo.push(next++);
        }
        assert.deepEqual(fifo.take(taken), model.splice(0, taken));
        assert.deepEqual([fifo.size, fifo.first], [model.length, model[0]]);
      }
    }),
  );
});
