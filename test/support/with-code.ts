// For `assert.throws` and `assert.rejects`.

import { HoldfastError } from '../../src/base/errors.ts';

/** Accepts a HoldfastError with this code. */
export function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof HoldfastError && error.code === code;
}
