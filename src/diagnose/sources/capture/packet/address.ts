// Addresses of IP as text.

/** The address of 4 or 16 bytes at `at`; IPv6 in its canonical form (RFC 5952), as everybody prints it. */
export function addressText(bytes: Buffer, at: number, version: 4 | 6): string {
  if (version === 4) return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(at + i * 2));
  let [from, length] = [0, 1];
  for (let i = 0; i < groups.length; i++) {
    let zeros = 0;
    while (groups[i + zeros] === 0) zeros++;
    if (zeros > length) [from, length] = [i, zeros];
  }
  const isMapped = groups[5] === 0xffff && from === 0 && length === 5;
  if (isMapped) return `::ffff:${addressText(bytes, at + 12, 4)}`;
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`;
}
