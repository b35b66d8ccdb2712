// The idempotency keys of one commit as one value of the store. They are kept apart from the events, since a key
// still answers when its event is gone.
//
//   seal | time | per key: position, digest (32 bytes), length, bytes

import type { KnownKey } from '../key-index.ts';
import { SEAL_BYTES, seal, unseal } from './seal.ts';

const DIGEST_BYTES = 32;
const FIXED_BYTES = 8 + DIGEST_BYTES + 2;

export interface StoredKey {
  readonly key: string;
  readonly position: number;
  readonly digest: string;
}

export function encodeKeys(keys: readonly StoredKey[], timeMs: number): Buffer {
  const names = keys.map(({ key }) => Buffer.from(key));
  const size = names.reduce((sum, name) => sum + FIXED_BYTES + name.byteLength, SEAL_BYTES + 8);
  const value = Buffer.allocUnsafeSlow(size);
  let at = value.writeDoubleLE(timeMs, SEAL_BYTES);
  for (const [i, { position, digest }] of keys.entries()) {
    const name = names[i]!;
    at = value.writeDoubleLE(position, at);
    at += value.write(digest, at, 'latin1');
    at = value.writeUInt16LE(name.byteLength, at);
    at += name.copy(value, at);
  }
  return seal(value);
}

/** @throws HoldfastError ERR_LOG_DAMAGED. */
export function decodeKeys(position: number, value: Buffer): [key: string, known: KnownKey][] {
  const body = unseal(value, `the keys of ${position}`);
  const timeMs = body.readDoubleLE(0);
  const keys: [string, KnownKey][] = [];
  for (let at = 8; at < body.byteLength; ) {
    const digestAt = at + 8;
    const nameAt = at + FIXED_BYTES;
    const end = nameAt + body.readUInt16LE(nameAt - 2);
    const digest = body.toString('latin1', digestAt, digestAt + DIGEST_BYTES);
    keys.push([body.toString('utf8', nameAt, end), { position: body.readDoubleLE(at), digest, timeMs }]);
    at = end;
  }
  return keys;
}
