// Says what a disk that refuses means to whoever publishes.

import { constants } from 'node:os';
import { HoldfastError } from '../../base/errors.ts';

const { ENOSPC, EDQUOT, EFBIG } = constants.errno;
const MDB_MAP_FULL = -30_792;
// lmdb has the system's number as the code, Node.js the system's name.
const FULL: readonly unknown[] = [ENOSPC, EDQUOT, EFBIG, MDB_MAP_FULL, 'ENOSPC', 'EDQUOT', 'EFBIG'];

/** The failure for a commit that the system refused. */
export function commitFailure(cause: unknown): HoldfastError {
  const { code, message = String(cause) } = cause as { code?: unknown; message?: string };
  if (FULL.includes(code)) {
    return new HoldfastError(
      'ERR_LOG_FULL',
      `The log has no room for it: ${message}`,
      'Nothing was published. Make room on the disk of the log; no restart is needed.',
      { cause },
    );
  }
  return new HoldfastError(
    'ERR_LOG_WRITE',
    `The log could not be written: ${message}`,
    'Nothing was published. Look at the disk of the log; publishing works again as soon as it does.',
    { cause },
  );
}

/** The failure for a commit that takes too long, and for what comes while it does. */
export function commitStuck(timeoutMs: number): HoldfastError {
  return new HoldfastError(
    'ERR_LOG_STUCK',
    `The disk of the log has not confirmed a commit within ${timeoutMs} ms`,
    'Nothing was published. Look at the disk of the log; publish again with the same key.',
  );
}
