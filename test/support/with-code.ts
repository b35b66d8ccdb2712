// For `assert.throws` and `assert.rejects`.

import { HoldfastError } from '../../src/base/errors.ts';

/** Accepts a HoldfastError with this code, and with words of this kind in what it says. */
export function withCode(code: string, words = /(?:)/): (error: unknown) => boolean {
  return (error) =>
    error instanceof HoldfastError && error.code === code && words.test(`${error.message} ${error.help}`);
}
