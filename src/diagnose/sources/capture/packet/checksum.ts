// The checksum of TCP over what was captured.

export type ChecksumVerdict = 'right' | 'wrong' | 'left-to-the-card';

/**
 * Checks the segment at `[start, end)`, which must be there whole.
 *
 * `left-to-the-card`: the field holds the sum of the pseudo-header alone. Linux leaves it so where the network card is to
 * finish it, so a capture on the sending host sees it and the wire does not.
 */
export function checkTcp(
  bytes: Buffer,
  start: number,
  end: number,
  addressesAt: number,
  addressesBytes: number,
): ChecksumVerdict {
  // Without the carry of 16-bit words until the end: 1 MiB of 0xffff stays far below 2^53.
  let pseudo = 6 + (end - start);
  for (let at = addressesAt; at < addressesAt + addressesBytes; at += 2) {
    pseudo += (bytes[at]! << 8) | bytes[at + 1]!;
  }
  let sum = pseudo;
  const even = end - ((end - start) & 1);
  for (let at = start; at < even; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  if (even < end) sum += bytes[even]! << 8;
  if (fold(sum) === 0xffff) return 'right';
  const field = (bytes[start + 16]! << 8) | bytes[start + 17]!;
  return field === fold(pseudo) ? 'left-to-the-card' : 'wrong';
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}
