import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Ledger } from './ledger.ts';
import { WaivedNumbers } from './waived-numbers.ts';

const stretch = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(9));

describe('WaivedNumbers', () => {
  it('knows each number as a set would, however the ranges meet', () => {
    fc.assert(
      fc.property(fc.array(stretch), stretch, (given, [start, length]) => {
        const waived = new WaivedNumbers();
        const model = new Set<number>();
        for (const [from, more] of given) {
          waived.add(from, from + more);
          for (let seq = from; seq <= from + more; seq++) model.add(seq);
        }
        const asked = Array.from({ length: length + 1 }, (_, i) => start + i);
        assert.equal(
          waived.countBetween(start, start + length),
          asked.filter((seq) => model.has(seq)).length,
        );
        const others = [...waived.others(start, start + length)].flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i),
        );
        assert.deepEqual(
          others,
          asked.filter((seq) => !model.has(seq)),
        );
        for (const seq of asked) assert.equal(waived.has(seq), model.has(seq));
      }),
    );
  });
});

const step = fc.oneof(
  fc.record({ do: fc.constant('receive' as const), seq: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ do: fc.constant('waive' as const), start: fc.integer({ min: 1, max: 60 }), length: fc.nat(5) }),
);

describe('a ledger', () => {
  it('owes nobody what was waived, whether that is said before or after what follows has come', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(70), (steps, published) => {
        const ledger = new Ledger();
        ledger.expectFrom(0, 0, 1);
        const came = new Set<number>();
        const waived = new Set<number>();
        let unowed = 0;
        for (const one of steps) {
          if (one.do === 'waive') {
            const end = one.start + one.length;
            ledger.waive(0, one.start, end);
            for (let seq = one.start; seq <= end; seq++) waived.add(seq);
            continue;
          }
          const isBelow = one.seq <= Math.max(0, ...came);
          ledger.received(0, 0, one.seq);
          if (waived.has(one.seq) && isBelow) unowed++;
          else came.add(one.seq);
        }
        const last = Math.max(published, ...came);
        let expected = 0;
        for (let seq = 1; seq <= last; seq++) if (came.has(seq) || !waived.has(seq)) expected++;
        const totals = ledger.totals([published]);
        assert.equal(totals.expected, expected);
        assert.equal(totals.delivered, came.size);
        assert.equal(totals.lost, expected - came.size);
        assert.equal(totals.unowed, unowed);
        assert.equal(totals.exact, true);
      }),
    );
  });

  it('calls a reconnect lossless that missed only what was waived', () => {
    const ledger = new Ledger();
    ledger.received(0, 0, 1);
    ledger.waive(0, 2, 3);
    ledger.reconnected(0);
    ledger.received(0, 0, 4);
    const { resumedReconnects, lossyReconnects } = ledger.totals([4]);
    assert.deepEqual([resumedReconnects, lossyReconnects], [1, 0]);
  });

  it('is inexact once something was waived that it had forgotten', () => {
    const ledger = new Ledger({ maxRangesPerPair: 1 });
    for (const seq of [1, 3, 5]) ledger.received(0, 0, seq);
    ledger.waive(0, 2, 2);
    assert.equal(ledger.totals([5]).exact, false);
  });
});
