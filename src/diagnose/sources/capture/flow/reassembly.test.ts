import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Allowance } from './allowance.ts';
import { type ByteSink, Reassembly } from './reassembly.ts';

/** Puts what it is told into one line: bytes as they are, what is missing as `?`. */
class Line implements ByteSink {
  wantsBytes = true;
  text = '';

  bytes(bytes: Buffer, start: number, end: number): void {
    this.text += bytes.toString('latin1', start, end);
  }

  missing(count: number): void {
    this.text += '?'.repeat(count);
  }
}

interface Piece {
  readonly at: number;
  readonly length: number;
  /** How much of it was captured. */
  readonly captured: number;
}

function add(reassembly: Reassembly, stream: string, { at, length, captured }: Piece, nowMs = 0): void {
  const bytes = Buffer.from(`junk${stream.slice(at, at + captured)}junk`, 'latin1');
  reassembly.add(at, bytes, 4, 4 + captured, length, 1, nowMs);
}

const whole = (at: number, length: number): Piece => ({ at, length, captured: length });

/** A stream, and pieces that cover it all, with overlaps, in any order. */
const covered = fc
  .record({
    length: fc.integer({ min: 1, max: 2000 }),
    cuts: fc.array(fc.nat(2000), { maxLength: 60 }),
    extra: fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 1, max: 500 })), { maxLength: 30 }),
    order: fc.infiniteStream(fc.nat(1_000_000)),
  })
  .map(({ length, cuts, extra, order }) => {
    const stream = Array.from({ length }, (_, at) => String.fromCharCode(97 + (at % 26))).join('');
    const edges = [...new Set([0, length, ...cuts.filter((cut) => cut < length)])].sort((a, b) => a - b);
    const pieces = edges.slice(1).map((edge, index) => whole(edges[index]!, edge - edges[index]!));
    const overlaps = extra
      .filter(([at]) => at < length)
      .map(([at, size]) => whole(at, Math.min(size, length - at)));
    const shuffled = [...pieces, ...overlaps]
      .map((piece) => ({ piece, key: order.next().value as number }))
      .sort((a, b) => a.key - b.key)
      .map(({ piece }) => piece);
    return { stream, pieces: shuffled };
  });

describe('Reassembly', () => {
  it('gives the same bytes for any segmentation, overlap and order', () => {
    fc.assert(
      fc.property(covered, ({ stream, pieces }) => {
        const line = new Line();
        const reassembly = new Reassembly(line, new Allowance(1_000_000));
        for (const piece of pieces) add(reassembly, stream, piece);
        assert.equal(line.text, stream);
        assert.equal(reassembly.missingBytes, 0);
        assert.equal(reassembly.isWaiting, false);
      }),
    );
  });

  it('gives every byte its place and says which are missing, also when pieces are lost or cut short', () => {
    fc.assert(
      fc.property(covered, fc.array(fc.integer({ min: 0, max: 120 })), ({ stream, pieces }, fates) => {
        const line = new Line();
        const reassembly = new Reassembly(line, new Allowance(1_000_000));
        for (const [index, piece] of pieces.entries()) {
          const fate = fates[index] ?? 120;
          if (fate === 0) continue;
          const captured = fate < 60 ? Math.min(piece.captured, fate) : piece.captured;
          add(reassembly, stream, { ...piece, captured }, index);
        }
        reassembly.end(stream.length);
        assert.equal(line.text.length, stream.length);
        for (const [at, byte] of [...line.text].entries()) assert.ok(byte === '?' || byte === stream[at]);
      }),
    );
  });

  it('gives up a gap only when the other side has what lies in it, and a while has passed', () => {
    const line = new Line();
    const reassembly = new Reassembly(line, new Allowance(1000));
    add(reassembly, 'abcdefghi', whole(0, 3), 0);
    add(reassembly, 'abcdefghi', whole(6, 3), 1);
    reassembly.settle(3, 100);
    assert.equal(line.text, 'abc');
    reassembly.settle(9, 5);
    assert.equal(line.text, 'abc', 'the packet may come late');
    reassembly.settle(9, 100);
    assert.equal(line.text, 'abc???ghi');
    assert.equal(reassembly.missingBytes, 3);
    // It comes after all: too late.
    add(reassembly, 'abcdefghi', whole(3, 3), 101);
    assert.equal(line.text, 'abc???ghi');
  });

  it('holds no more than it may, for itself and for all, and says what it gave up', () => {
    const line = new Line();
    const allowance = new Allowance(100);
    const reassembly = new Reassembly(line, allowance);
    const stream = 'x'.repeat(10_000);
    for (let at = 1; at < 400; at += 2) add(reassembly, stream, whole(at, 1));
    assert.ok(line.text.length > 0, 'what was not allowed to wait came out');
    reassembly.end(0);
    assert.ok(allowance.take(100), 'everything was given back');
    const many = new Reassembly(new Line(), new Allowance(1_000_000));
    for (let at = 1; at < 5000; at += 2) add(many, stream, whole(at, 1));
    assert.ok(many.next >= 5000 - 2 * 512 - 2);
  });

  it('keeps no bytes that nobody wants', () => {
    const line = new Line();
    line.wantsBytes = false;
    const allowance = new Allowance(0);
    const reassembly = new Reassembly(line, allowance);
    add(reassembly, 'abcdef', whole(3, 3));
    assert.equal(reassembly.isWaiting, true);
    add(reassembly, 'abcdef', whole(0, 3));
    assert.equal(reassembly.next, 6);
  });
});
