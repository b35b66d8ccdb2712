// A checksum in front of every value that the log stores: LMDB has none, so a file that was torn, cut or
// changed would otherwise be served as if it were whole.

import { crc32 } from 'node:zlib';
import { HoldfastError } from '../../base/errors.ts';

export const SEAL_BYTES = 4;

/** Writes the checksum of all that follows into the first four bytes, which the caller has left free. */
export function seal(value: Buffer): Buffer {
  value.writeUInt32LE(crc32(value.subarray(SEAL_BYTES)), 0);
  return value;
}

/**
 * Checks the seal and answers the value without it.
 *
 * @throws HoldfastError ERR_LOG_DAMAGED, which names `what`.
 */
export function unseal(value: Buffer, what: string): Buffer {
  if (value.byteLength < SEAL_BYTES) throw damaged(`${what} is cut off`);
  const body = value.subarray(SEAL_BYTES);
  if (crc32(body) !== value.readUInt32LE(0)) throw damaged(`${what} does not match its checksum`);
  return body;
}

export function damaged(what: string): HoldfastError {
  return new HoldfastError(
    'ERR_LOG_DAMAGED',
    `The log is damaged: ${what}`,
    'Run `holdfast log verify` on the folder, and restore it from a backup as docs/backup.md says.',
  );
}
