import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { didYouMean, nearestName } from './nearest-name.ts';

const known = ['heartbeatMs', 'stallTimeoutMs', 'maxEventBytes', 'log'];

describe('nearestName', () => {
  it('finds the name that was meant', () => {
    assert.equal(nearestName('heartbeat', known), 'heartbeatMs');
    assert.equal(nearestName('hartbeatMs', known), 'heartbeatMs');
    assert.equal(nearestName('maxEventsBytes', known), 'maxEventBytes');
    assert.equal(nearestName('HEARTBEATMS', known), 'heartbeatMs');
    assert.equal(nearestName('lgo', ['log', 'lago']), 'lago');
  });

  it('finds nothing when nothing is near', () => {
    assert.equal(nearestName('colour', known), undefined);
    assert.equal(nearestName('x', known), undefined);
    assert.equal(nearestName('heartbeatMs', []), undefined);
  });

  it('does not suggest a short name for a text that shares nothing with it', () => {
    assert.equal(nearestName('', ['a']), undefined);
    assert.equal(nearestName('z', ['a']), undefined);
  });

  it('gives up on a name that is too long to be a typing error', () => {
    assert.equal(nearestName('heartbeatMs'.padEnd(65, 's'), ['heartbeatMs'.padEnd(64, 's')]), undefined);
  });

  it('finds every known name from itself and, when it is long enough, with one letter left out', () => {
    const name = fc.stringMatching(/^[a-z]{4,20}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), fc.nat(), (names, at) => {
        const meant = names[0]!;
        assert.equal(nearestName(meant, names), meant);
        const cut = at % meant.length;
        assert.notEqual(nearestName(meant.slice(0, cut) + meant.slice(cut + 1), names), undefined);
      }),
    );
  });
});

describe('didYouMean', () => {
  it('is the tail of a sentence, or nothing', () => {
    assert.equal(didYouMean('heartbeat', known), ' Did you mean `heartbeatMs`?');
    assert.equal(didYouMean('colour', known), '');
  });
});
