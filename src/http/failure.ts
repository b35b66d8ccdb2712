// Turns whatever a request failed with into what its client may know.

import { HoldfastError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';

/** A failure of the hub's own kind as it is; any other is logged with `values`, and its client told no details. */
export function failureOf(
  error: unknown,
  logger: Logger,
  values: Readonly<Record<string, unknown>>,
): HoldfastError {
  if (error instanceof HoldfastError) return error;
  try {
    logger.error({ err: error, ...values }, 'A request failed');
  } catch {
    // A logger that fails has nowhere to be logged; the request still gets its answer.
  }
  return new HoldfastError(
    'ERR_INTERNAL',
    'The hub met an error that it did not expect',
    'Its log has the details; try again in a few seconds.',
    { cause: error },
  );
}
