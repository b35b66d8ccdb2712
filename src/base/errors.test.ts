import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ErrorCode, errorKinds, HoldfastError } from './errors.ts';

describe('HoldfastError', () => {
  it('carries its code, its help, its cause and the status of its kind', () => {
    const cause = new Error('why');
    const error = new HoldfastError('ERR_TOPIC_ENDED', 'The topic a ended', 'Publish to another.', { cause });
    assert.equal(error.status, 409);
    assert.equal(error.title, 'The topic has ended');
    assert.equal(error.help, 'Publish to another.');
    assert.equal(error.cause, cause);
    assert.match(String(error.stack), /^HoldfastError: The topic a ended/);
  });

  it('has the status 500 when it was not meant to travel over HTTP', () => {
    assert.equal(new HoldfastError('ERR_LISTEN', '', '').status, 500);
  });

  it('has a code of one form, a title without a full stop and an error status, each title once', () => {
    const codes = Object.keys(errorKinds) as ErrorCode[];
    for (const code of codes) {
      assert.match(code, /^ERR_[A-Z]+(_[A-Z]+)*$/);
      const { title, status } = new HoldfastError(code, '', '');
      assert.match(title, /^[A-Z].*[^.]$/, code);
      assert.ok(status >= 400 && status < 600, code);
    }
    assert.equal(new Set(codes.map((code) => errorKinds[code].title)).size, codes.length);
  });
});
