import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { decodeLatencyCounts } from './latency-counts.ts';
import { LatencyTally } from './latency-tally.ts';

const random = seededRandom(7);

describe('decodeLatencyCounts', () => {
  for (const digits of [1, 2, 3, 5] as const) {
    for (const lowest of [1, 8, 1000]) {
      it(`reads what hdr-histogram-js writes, ${digits} digits from ${lowest}`, () => {
        const histogram = build({
          bitBucketSize: 64,
          lowestDiscernibleValue: lowest,
          highestTrackableValue: 3.6e9,
          numberOfSignificantValueDigits: digits,
        });
        for (let i = 0; i < 2000; i++) {
          histogram.recordValueWithCount(
            Math.floor(10 ** (random() * 9.5)),
            1 + Math.floor(random() ** 8 * 1e9),
          );
        }
        const tally = tallyOf(encodeIntoCompressedBase64(histogram));
        assert.equal(tally.total, histogram.totalCount);
        for (const percentile of [1, 25, 50, 90, 99, 99.9, 99.99, 100]) {
          assert.equal(tally.atShare(percentile / 100), histogram.getValueAtPercentile(percentile));
        }
      });
    }
  }

  it('answers undefined for what is no histogram', () => {
    const good = encodeIntoCompressedBase64(build());
    for (const text of ['', 'AAAA', 'no base64 at all', good.slice(0, 20), 'x'.repeat(1000)]) {
      assert.equal(decodeLatencyCounts(text), undefined, text);
    }
  });

  it('gives up on a run of zeros without end, and on what inflates without end', () => {
    assert.equal(
      decodeLatencyCounts(encoded(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 2]))),
      undefined,
    );
    assert.equal(decodeLatencyCounts(encoded(Buffer.alloc(64 * 1024 * 1024))), undefined);
  });
});

describe('LatencyTally', () => {
  it('has a curve down to the last event', () => {
    const tally = new LatencyTally();
    tally.add({ valuesUs: [1, 2], counts: [999, 1] });
    const curve = tally.curve();
    assert.equal(curve[0]!.us, 1);
    assert.equal(curve.at(-1)!.us, 2);
    assert.ok(curve.at(-1)!.share >= 0.999 && curve.at(-1)!.share < 1);
    assert.deepEqual(new LatencyTally().curve(), []);
  });
});

function tallyOf(base64: string): LatencyTally {
  const tally = new LatencyTally();
  tally.add(decodeLatencyCounts(base64)!);
  return tally;
}

/** A histogram of 3 digits from 1 with these bytes for its counts. */
function encoded(counts: Buffer): string {
  const header = Buffer.alloc(40);
  header.writeInt32BE(0x1c849313, 0);
  header.writeInt32BE(counts.length, 4);
  header.writeInt32BE(3, 12);
  header.writeBigInt64BE(1n, 16);
  const body = deflateSync(Buffer.concat([header, counts]));
  const outer = Buffer.alloc(8);
  outer.writeInt32BE(0x1c849314, 0);
  outer.writeInt32BE(body.length, 4);
  return Buffer.concat([outer, body]).toString('base64');
}
