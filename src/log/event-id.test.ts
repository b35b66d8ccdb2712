import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatId, newEpoch, parseId } from './event-id.ts';

test('an id is read back as it was formatted, is ASCII and has under 40 bytes', () => {
  const epoch = fc.stringMatching(/^[a-z0-9]{6,10}$/);
  fc.assert(
    fc.property(epoch, fc.maxSafeNat(), (name, seq) => {
      const id = formatId(name, seq);
      assert.deepEqual(parseId(id), { epoch: name, seq });
      assert.match(id, /^[\x21-\x7e]{1,39}$/);
    }),
  );
});

test('text that is read as an id is the one way to write that id', () => {
  const nearly = fc.stringMatching(/^[a-z0-9A-Z_]{4,12}[-_ ][-+0-9a-f. ]{0,18}\n?$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), nearly), (text) => {
      const id = parseId(text);
      if (id !== undefined) assert.equal(formatId(id.epoch, id.seq), text);
    }),
    { numRuns: 1000 },
  );
});

test('what is no id is refused', () => {
  for (const text of [
    '',
    '12',
    'epochxyz',
    'epochxyz-',
    'epochxyz-01',
    'epochxyz--1',
    'epochxyz-1.5',
    'epochxyz-1 ',
    'epochxyz-1\n',
    'EPOCHXYZ-1',
    'short-1',
    'elevenchars-1',
    'epochxyz-9007199254740992',
    'epochxyz-99999999999999999',
  ]) {
    assert.equal(parseId(text), undefined, JSON.stringify(text));
  }
});

test('a new epoch has eight characters and is another one each time', () => {
  const epochs = Array.from({ length: 1000 }, newEpoch);
  for (const epoch of epochs) assert.match(epoch, /^[a-z0-9]{8}$/);
  assert.equal(new Set(epochs).size, 1000);
});
