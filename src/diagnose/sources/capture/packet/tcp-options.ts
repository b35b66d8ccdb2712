// Reads the options of a TCP header. Unknown kinds are kept by number; an option with an
// impossible length, or that the capture cut, ends the list.

import type { TcpOptions } from '../../../evidence.ts';

const END = 0;
const NO_OPERATION = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const TIMESTAMPS = 8;
const MPTCP = 30;
const MPTCP_RESET = 8;

/** The options at `[start, end)`; undefined when there are none. */
export function readTcpOptions(bytes: Buffer, start: number, end: number): TcpOptions | undefined {
  const kinds: number[] = [];
  const values: { -readonly [Name in keyof TcpOptions]?: TcpOptions[Name] } = {};
  for (let at = start; at < end; ) {
    const kind = bytes[at]!;
    if (kind === END) break;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2 || at + length > end) break;
    kinds.push(kind);
    if (kind === MSS && length === 4) values.mss = bytes.readUInt16BE(at + 2);
    else if (kind === WINDOW_SCALE && length === 3) values.windowScale = bytes[at + 2]!;
    else if (kind === SACK_PERMITTED && length === 2) values.sackPermitted = true;
    else if (kind === TIMESTAMPS && length === 10) {
      values.timestamp = bytes.readUInt32BE(at + 2);
      values.timestampEcho = bytes.readUInt32BE(at + 6);
    } else if (kind === MPTCP && length >= 4 && bytes[at + 2]! >> 4 === MPTCP_RESET) {
      values.mptcpResetReason = bytes[at + 3]!;
    }
    at += length;
  }
  return kinds.length === 0 ? undefined : { kinds, ...values };
}
