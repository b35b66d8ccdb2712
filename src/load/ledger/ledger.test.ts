import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Ledger, type LedgerTotals, type Receipt } from './ledger.ts';

const TOPICS = 3;
const STREAMS = 4;

type Step =
  | { readonly do: 'receive'; readonly stream: number; readonly topic: number; readonly seq: number }
  | { readonly do: 'expect' | 'until'; readonly stream: number; readonly topic: number; readonly seq: number }
  | { readonly do: 'reconnect'; readonly stream: number }
  | { readonly do: 'settle' };

/** The same book, kept with plain sets. */
class Model {
  readonly counts = { repeated: 0, outOfOrder: 0, late: 0, unowed: 0, delivered: 0 };
  readonly #pairs = new Map<string, { from: number; until: number; came: Set<number>; judged: number }>();
  readonly #connections = new Map<number, { number: number; fate: 'open' | 'resumed' | 'lossy' }[]>();
  #settled: readonly number[] | undefined;

  pair(stream: number, topic: number) {
    const key = `${stream}/${topic}`;
    const pair = this.#pairs.get(key) ?? {
      from: 0,
      until: Number.POSITIVE_INFINITY,
      came: new Set(),
      judged: 0,
    };
    this.#pairs.set(key, pair);
    return pair;
  }

  connections(stream: number) {
    const list = this.#connections.get(stream) ?? [{ number: 0, fate: 'open' }];
    this.#connections.set(stream, list);
    return list;
  }

  expectFrom(stream: number, topic: number, seq: number): boolean {
    const pair = this.pair(stream, topic);
    if (pair.from !== 0) return false;
    pair.from = seq;
    pair.judged = this.connections(stream).length;
    return true;
  }

  expectUntil(stream: number, topic: number, seq: number): void {
    const pair = this.pair(stream, topic);
    pair.until = Math.max(seq, pair.from === 0 ? 0 : pair.from - 1, ...pair.came);
  }

  reconnected(stream: number): void {
    this.connections(stream).push({ number: this.connections(stream).length, fate: 'open' });
  }

  received(stream: number, topic: number, seq: number): Receipt {
    const pair = this.pair(stream, topic);
    if (seq < pair.from || seq > pair.until) {
      this.counts.unowed++;
      return 'unowed';
    }
    if (pair.from === 0) this.expectFrom(stream, topic, seq);
    if (pair.came.has(seq)) {
      this.counts.repeated++;
      return 'repeated';
    }
    const highest = Math.max(pair.from - 1, ...pair.came);
    const connections = this.connections(stream);
    if (seq > highest && pair.judged !== connections.length) {
      pair.judged = connections.length;
      const connection = connections.at(-1)!;
      if (seq > highest + 1) connection.fate = 'lossy';
      else if (connection.fate === 'open') connection.fate = 'resumed';
    }
    pair.came.add(seq);
    this.counts.delivered++;
    if (seq < highest) this.counts.outOfOrder++;
    const late = this.#settled !== undefined && seq <= (this.#settled[topic] ?? 0);
    if (late) this.counts.late++;
    return late ? 'late' : seq < highest ? 'outOfOrder' : 'new';
  }

  settle(published: readonly number[]): void {
    this.#settled = published;
  }

  totals(published: readonly number[]): LedgerTotals {
    let expected = 0;
    for (const [key, { from, until, came }] of this.#pairs) {
      if (from === 0) continue;
      const last = Math.max(from - 1, ...came, Math.min(published[Number(key.split('/')[1])] ?? 0, until));
      for (let seq = from; seq <= last; seq++) expected++;
    }
    const fates = [...this.#connections.values()].flatMap((list) => list.slice(1).map(({ fate }) => fate));
    return {
      ...this.counts,
      expected,
      lost: expected - this.counts.delivered,
      unclear: 0,
      exact: true,
      resumedReconnects: fates.filter((fate) => fate === 'resumed').length,
      lossyReconnects: fates.filter((fate) => fate === 'lossy').length,
    };
  }
}

const place = { stream: fc.nat(STREAMS - 1), topic: fc.nat(TOPICS - 1) };
const seqs = fc.integer({ min: 1, max: 60 });
const receive = fc.record(
  { do: fc.constant('receive' as const), ...place, seq: seqs },
  { noNullPrototype: true },
);

/** What a server that is nearly right sends: a run of numbers with losses, repeats and fill-ins much later. */
const runOfEvents: fc.Arbitrary<Step[]> = fc
  .tuple(place.stream, place.topic, fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(20), { maxLength: 40 }))
  .map(([stream, topic, first, dice]) => {
    const lost: number[] = [];
    const order: number[] = [];
    for (const [index, roll] of dice.entries()) {
      const seq = first + index;
      if (roll < 3) lost.push(seq);
      else if (roll < 5) order.push(seq, seq);
      else if (roll < 7) order.splice(-2, 0, seq);
      else if (roll < 9 && lost.length > 0) order.push(seq, lost.pop()!);
      else order.push(seq);
    }
    return order.map((seq) => ({ do: 'receive', stream, topic, seq }));
  });
const others: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('expect' as const), ...place, seq: seqs }, { noNullPrototype: true }),
  fc.record({ do: fc.constant('until' as const), ...place, seq: seqs }, { noNullPrototype: true }),
  fc.record({ do: fc.constant('reconnect' as const), stream: place.stream }, { noNullPrototype: true }),
  fc.constant({ do: 'settle' as const }),
);
const histories = fc
  .array(
    fc.oneof(
      runOfEvents,
      fc.array(receive, { maxLength: 8 }),
      others.map((step) => [step]),
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.flat());
const publishedCounts = fc.array(fc.nat(90), { minLength: TOPICS, maxLength: TOPICS });

describe('the ledger', () => {
  it('says the same as a book of plain sets, step by step', () => {
    fc.assert(
      fc.property(histories, publishedCounts, (history, published) => {
        const ledger = new Ledger();
        const model = new Model();
        for (const step of history) {
          if (step.do === 'receive') {
            const receipt = ledger.received(step.stream, step.topic, step.seq);
            assert.equal(receipt, model.received(step.stream, step.topic, step.seq));
          } else if (step.do === 'expect') {
            assert.equal(
              ledger.expectFrom(step.stream, step.topic, step.seq),
              model.expectFrom(step.stream, step.topic, step.seq),
            );
          } else if (step.do === 'until') {
            ledger.expectUntil(step.stream, step.topic, step.seq);
            model.expectUntil(step.stream, step.topic, step.seq);
          } else if (step.do === 'reconnect') {
            ledger.reconnected(step.stream);
            model.reconnected(step.stream);
          } else {
            model.settle(published);
            assert.deepEqual(ledger.settle(published), model.totals(published));
          }
        }
        assert.deepEqual(ledger.totals(published), model.totals(published));
      }),
      { numRuns: 2000 },
    );
  });

  it('with few holes allowed is exact or says that it is not, and then loses at least what it says', () => {
    let inexact = 0;
    fc.assert(
      fc.property(
        histories,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 6 }),
        (history, each, all) => {
          const ledger = new Ledger({ maxRangesPerPair: each, maxRanges: all });
          const model = new Model();
          for (const step of history) {
            if (step.do !== 'receive') continue;
            ledger.received(step.stream, step.topic, step.seq);
            model.received(step.stream, step.topic, step.seq);
          }
          const truth = model.totals([60, 60, 60]);
          const totals = ledger.totals([60, 60, 60]);
          if (totals.exact) return assert.deepEqual(totals, truth);
          inexact++;
          assert.ok(totals.lost <= truth.lost && totals.delivered <= truth.delivered);
          assert.ok(totals.lost + totals.unclear >= truth.lost);
          assert.equal(totals.expected, truth.expected);
          assert.equal(
            totals.delivered + totals.repeated + totals.unclear,
            truth.delivered + truth.repeated,
            'every event is counted once',
          );
        },
      ),
      { numRuns: 1000 },
    );
    assert.ok(inexact > 10, `only ${inexact} histories met the bound`);
  });

  it('says exactly what was done to a stream', () => {
    const ledger = new Ledger();
    ledger.expectFrom(0, 0, 1);
    for (const seq of [1, 2, 2, 5, 4, 5, 8]) ledger.received(0, 0, seq);
    const settled = ledger.settle([10]);
    assert.deepEqual(settled, {
      expected: 10,
      delivered: 5,
      lost: 5,
      repeated: 2,
      outOfOrder: 1,
      late: 0,
      unowed: 0,
      unclear: 0,
      exact: true,
      resumedReconnects: 0,
      lossyReconnects: 0,
    });
    assert.equal(ledger.received(0, 0, 3), 'late');
    assert.equal(ledger.received(0, 0, 10), 'late');
    const { delivered, lost, late, outOfOrder } = ledger.totals([10]);
    assert.deepEqual(
      { delivered, lost, late, outOfOrder },
      { delivered: 7, lost: 3, late: 2, outOfOrder: 2 },
    );
  });

  it('counts a stream that was owed events and got none', () => {
    const ledger = new Ledger();
    ledger.expectFrom(7, 0, 11);
    assert.deepEqual([ledger.totals([30]).expected, ledger.totals([30]).lost], [20, 20]);
    assert.deepEqual([ledger.totals([5]).expected, ledger.totals([5]).lost], [0, 0]);
  });

  it('knows a reconnect that resumed from one that lost something, and counts each once', () => {
    const ledger = new Ledger();
    for (const topic of [0, 1]) ledger.received(3, topic, 1);
    ledger.reconnected(3);
    ledger.received(3, 0, 1);
    ledger.received(3, 0, 2);
    assert.equal(ledger.totals([]).resumedReconnects, 1);
    ledger.received(3, 1, 9);
    ledger.received(3, 0, 5);
    const { resumedReconnects, lossyReconnects } = ledger.totals([]);
    assert.deepEqual({ resumedReconnects, lossyReconnects }, { resumedReconnects: 0, lossyReconnects: 1 });
  });

  it('holds 50,000 streams with 100,000 events each within 16 MiB', () => {
    const ledger = new Ledger();
    // The book does not grow with the events: a few numbers of each stream stand for all.
    for (const seq of [1, 2, 3])
      for (let stream = 0; stream < 50_000; stream++) ledger.received(stream, 0, seq);
    const { byteLength } = ledger;
    for (let seq = 4; seq <= 100_000; seq++) ledger.received(123, 0, seq);
    assert.equal(ledger.byteLength, byteLength);
    assert.ok(byteLength < 4 * 1024 * 1024, `${byteLength} bytes`);
    assert.equal(ledger.totals([3]).lost, 0);
  });

  it('stays within its bound of holes and is exact as long as none of the forgotten is filled', () => {
    const ledger = new Ledger({ maxRangesPerPair: 100, maxRanges: 150 });
    for (const stream of [0, 1]) for (let seq = 2; seq <= 100_000; seq += 2) ledger.received(stream, 0, seq);
    const { lost, exact, delivered } = ledger.totals([100_000]);
    assert.deepEqual({ lost, exact, delivered }, { lost: 99_998, exact: true, delivered: 100_000 });
    assert.equal(ledger.received(0, 0, 99_999), 'outOfOrder');
    assert.equal(ledger.received(0, 0, 3), 'unclear');
    assert.equal(ledger.totals([100_000]).exact, false);
    assert.equal(ledger.totals([100_000]).lost, 99_996);
  });
});
