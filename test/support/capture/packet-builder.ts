// Makes packets as a host would: TCP in IPv4 or IPv6, with right checksums, behind a link layer of any type.

import { isIPv6 } from 'node:net';

export interface TcpFields {
  readonly from?: string;
  readonly to?: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly seq?: number;
  readonly ack?: number;
  /** The 8 bits; ACK unless told. */
  readonly flags?: number;
  readonly window?: number;
  /** Padded to whole words here. */
  readonly options?: Uint8Array;
  readonly payload?: Uint8Array;
  readonly ttl?: number;
  readonly ipId?: number;
  /** `wrong`, or only that of the pseudo-header as a host leaves it to its card. */
  readonly checksum?: 'right' | 'wrong' | 'left-to-the-card';
  /** Extension headers of IPv6: kind and body with its own two first bytes left out. */
  readonly extensions?: readonly { readonly kind: number; readonly body: Uint8Array }[];
  /** Of IPv4: more fragments follow. */
  readonly moreFragments?: boolean;
}

export const Flags = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

/** The IP packet. */
export function ipPacket(fields: TcpFields): Buffer {
  const { from = '192.0.2.1', to = '192.0.2.2', ttl = 64 } = fields;
  const isV6 = isIPv6(from);
  const addresses = Buffer.concat([addressBytes(from), addressBytes(to)]);
  const segment = tcpSegment(fields, addresses);
  if (isV6) return ipv6Packet(segment, addresses, 6, ttl, fields.extensions ?? []);
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE((header.length + segment.length) & 0xffff, 2);
  header.writeUInt16BE(fields.ipId ?? 0, 4);
  header[6] = fields.moreFragments ? 0x20 : 0x40;
  header[8] = ttl;
  header[9] = 6;
  addresses.copy(header, 12);
  header.writeUInt16BE(~sum(header) & 0xffff, 10);
  return Buffer.concat([header, segment]);
}

/** The address as bytes on the wire. */
export function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  const bytes = Buffer.alloc(16);
  for (const [at, group] of all.entries()) bytes.writeUInt16BE(group, at * 2);
  return bytes;
}

function tcpSegment(fields: TcpFields, addresses: Buffer): Buffer {
  const { options = Buffer.alloc(0), payload = Buffer.alloc(0) } = fields;
  const padded = Buffer.concat([options, Buffer.alloc(-options.length & 3)]);
  const header = Buffer.alloc(20);
  header.writeUInt16BE(fields.fromPort ?? 40_000, 0);
  header.writeUInt16BE(fields.toPort ?? 80, 2);
  header.writeUInt32BE((fields.seq ?? 0) >>> 0, 4);
  header.writeUInt32BE((fields.ack ?? 0) >>> 0, 8);
  header[12] = ((20 + padded.length) / 4) << 4;
  header[13] = fields.flags ?? Flags.ack;
  header.writeUInt16BE(fields.window ?? 1000, 14);
  const segment = Buffer.concat([header, padded, payload]);
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(segment.length, 0);
  pseudo[7] = 6;
  const partial = sum(Buffer.concat([addresses, pseudo]));
  const right = ~sum(Buffer.concat([addresses, pseudo, segment])) & 0xffff;
  const { checksum = 'right' } = fields;
  segment.writeUInt16BE(checksum === 'right' ? right : checksum === 'wrong' ? right ^ 0x5a5a : partial, 16);
  return segment;
}

function ipv6Packet(
  segment: Buffer,
  addresses: Buffer,
  protocol: number,
  hopLimit: number,
  extensions: readonly { readonly kind: number; readonly body: Uint8Array }[],
): Buffer {
  const parts = extensions.map(({ kind, body }, at) => {
    const next = extensions[at + 1]?.kind ?? protocol;
    // A fragment header has its own form; the others carry their length in units of 8 bytes, AH of 4.
    const length = kind === 44 ? 0 : kind === 51 ? (body.length + 2) / 4 - 2 : (body.length + 2) / 8 - 1;
    return Buffer.concat([Buffer.from([next, length]), body]);
  });
  const body = Buffer.concat([...parts, segment]);
  const header = Buffer.alloc(8);
  header[0] = 0x60;
  header.writeUInt16BE(body.length & 0xffff, 4);
  header[6] = extensions[0]?.kind ?? protocol;
  header[7] = hopLimit;
  return Buffer.concat([header, addresses, body]);
}

/** The sum of the 16-bit words with the carry folded in. */
function sum(bytes: Uint8Array): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 2) total += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

/** An ICMP error about a packet, with as much of it as routers send at least. */
export function icmpError(about: Buffer, from: string, type: number, code: number): Buffer {
  const isV6 = about[0]! >> 4 === 6;
  const quoted = about.subarray(0, (isV6 ? 40 : 20) + 8);
  const message = Buffer.concat([Buffer.from([type, code, 0, 0, 0, 0, 0, 0]), quoted]);
  const to = isV6 ? about.subarray(8, 24) : about.subarray(12, 16);
  if (isV6) {
    const addresses = Buffer.concat([addressBytes(from), to]);
    return ipv6Packet(message, addresses, 58, 64, []);
  }
  message.writeUInt16BE(~sum(message) & 0xffff, 2);
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(20 + message.length, 2);
  header[8] = 64;
  header[9] = 1;
  addressBytes(from).copy(header, 12);
  to.copy(header, 16);
  header.writeUInt16BE(~sum(header) & 0xffff, 10);
  return Buffer.concat([header, message]);
}

const etherTypeOf = (ip: Buffer) => (ip[0]! >> 4 === 4 ? 0x0800 : 0x86dd);
const uint16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const MACS = Buffer.from('020000000002020000000001', 'hex');

/** Puts a link layer before an IP packet; by the name of the form. */
export const linkLayers = {
  ethernet: { type: 1, wrap: (ip: Buffer) => Buffer.concat([MACS, uint16(etherTypeOf(ip)), ip]) },
  vlan: {
    type: 1,
    wrap: (ip: Buffer) => Buffer.concat([MACS, uint16(0x8100), uint16(7), uint16(etherTypeOf(ip)), ip]),
  },
  qinq: {
    type: 1,
    wrap: (ip: Buffer) => Buffer.concat([MACS, ...[0x88a8, 100, 0x8100, 7, etherTypeOf(ip)].map(uint16), ip]),
  },
  raw: { type: 101, wrap: (ip: Buffer) => ip },
  nullLittle: {
    type: 0,
    wrap: (ip: Buffer) => Buffer.concat([Buffer.from([ip[0]! >> 4 === 4 ? 2 : 30, 0, 0, 0]), ip]),
  },
  nullBig: {
    type: 0,
    wrap: (ip: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, ip[0]! >> 4 === 4 ? 2 : 24]), ip]),
  },
  loop: {
    type: 108,
    wrap: (ip: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, ip[0]! >> 4 === 4 ? 2 : 24]), ip]),
  },
  cooked: {
    type: 113,
    wrap: (ip: Buffer) =>
      Buffer.concat([
        Buffer.from('00000001000602000000000100 00'.replace(' ', ''), 'hex'),
        uint16(etherTypeOf(ip)),
        ip,
      ]),
  },
  cooked2: {
    type: 276,
    wrap: (ip: Buffer) =>
      Buffer.concat([
        uint16(etherTypeOf(ip)),
        Buffer.from('0000000000020001000602000000000100 00'.replace(' ', ''), 'hex'),
        ip,
      ]),
  },
} as const satisfies Record<string, { readonly type: number; readonly wrap: (ip: Buffer) => Buffer }>;
export type LinkLayer = keyof typeof linkLayers;
