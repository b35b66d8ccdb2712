// Event ids: `<epoch>-<seq>`. The epoch names one life of a log, the seq a position in it.

import { randomInt } from 'node:crypto';

const EPOCH_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const EPOCH_LENGTH = 8;

// ASCII and under 40 bytes, so that Last-Event-ID stays a CORS-safe header; seq has no leading zero, so that
// one position has one id.
const ID = /^([a-z0-9]{6,10})-(0|[1-9][0-9]{0,15})$/;

export interface EventId {
  readonly epoch: string;
  readonly seq: number;
}

/** The id of a position. */
export function formatId(epoch: string, seq: number): string {
  return `${epoch}-${seq}`;
}

/** Reads an id; undefined when the text is none. */
export function parseId(text: string): EventId | undefined {
  const match = ID.exec(text);
  if (match === null) return undefined;
  const seq = Number(match[2]);
  return Number.isSafeInteger(seq) ? { epoch: match[1]!, seq } : undefined;
}

/** A new epoch: eight random characters, 2.8e12 of them. */
export function newEpoch(): string {
  return Array.from({ length: EPOCH_LENGTH }, () => EPOCH_ALPHABET[randomInt(EPOCH_ALPHABET.length)]).join(
    '',
  );
}
