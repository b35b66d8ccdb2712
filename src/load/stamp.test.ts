import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeStamp, MAX_SEQ, MAX_TOPIC_INDEX, MIN_PAYLOAD_BYTES, readStamp, type Stamp } from './stamp.ts';

const runs = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789'),
  minLength: 6,
  maxLength: 6,
});
const stamps: fc.Arbitrary<Stamp> = fc.record(
  {
    run: runs,
    topic: fc.nat(MAX_TOPIC_INDEX),
    seq: fc.integer({ min: 1, max: MAX_SEQ }),
    sentUs: fc.maxSafeNat(),
  },
  { noNullPrototype: true },
);
const noise = fc.string({
  unit: fc.constantFrom(
    'hf1.',
    'hf1',
    '.',
    'h',
    '1',
    'abcdef',
    '99999999999999999',
    '"',
    '\\',
    '\0',
    'é',
    '😀',
  ),
  maxLength: 30,
});

describe('a stamp', () => {
  it('is found in whatever stands around it, and has the length asked for', () => {
    fc.assert(
      fc.property(stamps, fc.integer({ min: 48, max: 400 }), noise, noise, (stamp, bytes, before, after) => {
        const payload = encodeStamp(stamp, bytes);
        assert.equal(Buffer.byteLength(payload), bytes);
        assert.deepEqual(readStamp(`${before}|${payload}${after}`, stamp.run), stamp);
      }),
    );
  });

  it('survives JSON around it, once and twice', () => {
    fc.assert(
      fc.property(stamps, (stamp) => {
        const once = JSON.stringify({ id: 7, channel: 'hf1.', text: encodeStamp(stamp, 60) });
        assert.deepEqual(readStamp(once, stamp.run), stamp);
        assert.deepEqual(readStamp(JSON.stringify({ data: once }), stamp.run), stamp);
      }),
    );
  });

  it('fits the shortest payload with its longest numbers', () => {
    const stamp = { run: 'zzzzzz', topic: MAX_TOPIC_INDEX, seq: MAX_SEQ, sentUs: Number.MAX_SAFE_INTEGER };
    assert.equal(encodeStamp(stamp, MIN_PAYLOAD_BYTES).length, MIN_PAYLOAD_BYTES);
    assert.deepEqual(readStamp(encodeStamp(stamp, MIN_PAYLOAD_BYTES), 'zzzzzz'), stamp);
  });

  it('of another run is not read', () => {
    assert.equal(
      readStamp(encodeStamp({ run: 'aaaaaa', topic: 0, seq: 1, sentUs: 1 }, 48), 'bbbbbb'),
      undefined,
    );
    assert.equal(readStamp('hf1.aaaaaaa.0.1.1.', 'aaaaaa'), undefined);
    assert.equal(readStamp('hf1.aaaaaa70.1.1.', 'aaaaaa'), undefined);
  });

  it('that is cut or has a part out of range is not read', () => {
    const whole = 'hf1.aaaaaa.0.12.345.';
    for (let length = 0; length < whole.length; length++) {
      assert.equal(readStamp(whole.slice(0, length), 'aaaaaa'), undefined, whole.slice(0, length));
    }
    for (const broken of [
      'hf1.aaaaaa..1.1.',
      'hf1.aaaaaa.0..1.',
      'hf1.aaaaaa.0.1..',
      'hf1.aaaaaa.0.0.1.',
      'hf1.aaaaaa.-1.1.1.',
      'hf1.aaaaaa.0.1e3.1.',
      'hf1.aaaaaa.10000000.1.1.',
      'hf1.aaaaaa.0.4294967295.1.',
      'hf1.aaaaaa.0.1.9007199254740993.',
      'hf1.aaaaaa.0.1.11111111111111111.',
    ]) {
      assert.equal(readStamp(broken, 'aaaaaa'), undefined, broken);
    }
  });

  it('is looked for in any text without an error', () => {
    fc.assert(fc.property(noise, runs, (text, run) => void readStamp(text, run)));
    assert.equal(readStamp('hf1.'.repeat(250_000), 'aaaaaa'), undefined);
    assert.equal(readStamp('hf1.aaaaaa.1111111111111111'.repeat(50_000), 'aaaaaa'), undefined);
  });

  it('is refused when a part is out of range', () => {
    const good = { run: 'aaaaaa', topic: 0, seq: 1, sentUs: 0 };
    for (const bad of [
      { run: 'AAAAAA' },
      { topic: -1 },
      { topic: 1e7 },
      { seq: 0 },
      { seq: 2 ** 32 },
      { sentUs: 0.5 },
    ]) {
      assert.throws(() => encodeStamp({ ...good, ...bad }, 48), RangeError, JSON.stringify(bad));
    }
    assert.throws(() => encodeStamp(good, 47), /`payloadBytes` to be an integer from 48/);
  });
});
