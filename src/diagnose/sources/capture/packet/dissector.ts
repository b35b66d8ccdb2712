// Takes packets apart down to the headers of TCP. It keeps nothing from packet to packet: fragments are noted, not put
// together.
//
//   link layer -> IPv4 | IPv6 + extension headers -> TCP
//                                                 -> ICMP error -> the headers of the TCP packet that it quotes

import type { CapturedPacket } from '../file/captured-packet.ts';
import { checkTcp } from './checksum.ts';
import { FRAME_802_3, IPV4, IPV6, NetworkStart, networkFinder } from './link-layer.ts';
import { TcpPacket } from './tcp-packet.ts';

/** What a packet is: `tcp`, `icmp-error` about a TCP packet, or the name of what else, for a count. */
export type PacketKind = 'tcp' | 'icmp-error' | OtherKind;
export type OtherKind = string & {};

const TCP = 6;
const ICMP = 1;
const ICMP6 = 58;
const HOP_BY_HOP = 0;
const FRAGMENT_HEADER = 44;
const AUTHENTICATION = 51;
// Routing, destination options, mobility, HIP, Shim6: all with their length in units of 8 bytes in the second byte.
const EXTENSION_HEADERS: ReadonlySet<number> = new Set([HOP_BY_HOP, 43, 60, 135, 139, 140]);
const JUMBO_PAYLOAD = 0xc2;

const TCP_HEADER_BYTES = 20;

const protocolNames: ReadonlyMap<number, string> = new Map([
  [ICMP, 'icmp'],
  [2, 'igmp'],
  [17, 'udp'],
  [50, 'esp'],
  [ICMP6, 'icmpv6'],
  [132, 'sctp'],
]);
const etherTypeNames: ReadonlyMap<number, string> = new Map([
  [FRAME_802_3, 'no-ip'],
  [0x0806, 'arp'],
  [0x8847, 'mpls'],
  [0x8864, 'pppoe'],
  [0x88cc, 'lldp'],
  [0x888e, 'eapol'],
]);

export class Dissector {
  /** The packet, after `tcp`; what is quoted, after `icmp-error` (with its ports and its `seq` alone). */
  readonly tcp = new TcpPacket();
  icmpType = 0;
  icmpCode = 0;
  /** Offset of the address that sent the ICMP error; as long as those that it quotes. */
  icmpFromAt = 0;
  readonly #network = new NetworkStart();
  // Behind the headers of the IP packet: where its payload begins, how long that is on the wire, and what it is.
  #at = 0;
  #payloadBytes = 0;
  #protocol = 0;

  /** Fills in `tcp` and says what the packet is; undefined when its link type is not read. */
  dissect(packet: CapturedPacket): PacketKind | undefined {
    const find = networkFinder(packet.linkType);
    if (find === undefined) return undefined;
    const { bytes, start, end, wireLength } = packet;
    find(bytes, start, end, this.#network);
    const { at, etherType } = this.#network;
    const { tcp } = this;
    tcp.number = packet.number;
    tcp.timeMs = packet.seconds * 1000 + packet.nanoseconds / 1e6;
    tcp.interfaceIndex = packet.interfaceIndex;
    tcp.linkAt = start;
    tcp.bytes = bytes;
    tcp.isCut = end - start < wireLength;
    const wireEnd = start + wireLength;
    const problem =
      etherType === IPV4
        ? this.#readIpv4(bytes, at, end, wireEnd)
        : etherType === IPV6
          ? this.#readIpv6(bytes, at, end, wireEnd)
          : etherKind(etherType);
    if (problem !== undefined) return problem;
    if (this.#protocol === TCP) return this.#readTcp(bytes, end);
    if (this.#protocol === ICMP && tcp.ipVersion === 4) return this.#readIcmp(bytes, end);
    if (this.#protocol === ICMP6 && tcp.ipVersion === 6) return this.#readIcmp(bytes, end);
    return protocolNames.get(this.#protocol) ?? `ip-protocol-${this.#protocol}`;
  }

  #readIpv4(bytes: Buffer, at: number, end: number, wireEnd: number): OtherKind | undefined {
    if (end - at < 20) return 'ip-cut';
    const headerBytes = (bytes[at]! & 0x0f) * 4;
    if (bytes[at]! >> 4 !== 4 || headerBytes < 20) return 'ip-malformed';
    const fragment = (bytes[at + 6]! << 8) | bytes[at + 7]!;
    if ((fragment & 0x1fff) !== 0) return 'fragment';
    const { tcp } = this;
    // A host that leaves the cutting into segments to its card may write 0 for what does not fit into 16 bits.
    const total = (bytes[at + 2]! << 8) | bytes[at + 3]! || wireEnd - at;
    if (total < headerBytes) return 'ip-malformed';
    tcp.ipVersion = 4;
    tcp.networkAt = at;
    tcp.addressesAt = at + 12;
    tcp.addressBytes = 4;
    tcp.ttl = bytes[at + 8]!;
    tcp.ipId = (bytes[at + 4]! << 8) | bytes[at + 5]!;
    tcp.isFragment = (fragment & 0x2000) !== 0;
    this.#protocol = bytes[at + 9]!;
    this.#at = at + headerBytes;
    this.#payloadBytes = total - headerBytes;
    return undefined;
  }

  #readIpv6(bytes: Buffer, at: number, end: number, wireEnd: number): OtherKind | undefined {
    if (end - at < 40) return 'ip-cut';
    if (bytes[at]! >> 4 !== 6) return 'ip-malformed';
    const { tcp } = this;
    tcp.ipVersion = 6;
    tcp.networkAt = at;
    tcp.addressesAt = at + 8;
    tcp.addressBytes = 16;
    tcp.ttl = bytes[at + 7]!;
    tcp.ipId = -1;
    tcp.isFragment = false;
    const length = (bytes[at + 4]! << 8) | bytes[at + 5]!;
    // 0: a jumbogram, or one that is left to the card to cut up.
    let payloadEnd = length === 0 ? wireEnd : at + 40 + length;
    let next = bytes[at + 6]!;
    let here = at + 40;
    for (;;) {
      if (next === FRAGMENT_HEADER) {
        if (here + 8 > end) return 'ip-cut';
        const fragment = (bytes[here + 2]! << 8) | bytes[here + 3]!;
        if (fragment >> 3 !== 0) return 'fragment';
        tcp.isFragment = (fragment & 1) !== 0;
        next = bytes[here]!;
        here += 8;
      } else if (EXTENSION_HEADERS.has(next) || next === AUTHENTICATION) {
        if (here + 2 > end) return 'ip-cut';
        const units = bytes[here + 1]!;
        const size = next === AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
        if (next === HOP_BY_HOP && length === 0 && here + 8 <= end && bytes[here + 2] === JUMBO_PAYLOAD) {
          payloadEnd = at + 40 + bytes.readUInt32BE(here + 4);
        }
        next = bytes[here]!;
        here += size;
      } else {
        break;
      }
    }
    if (here > payloadEnd) return 'ip-malformed';
    this.#protocol = next;
    this.#at = here;
    this.#payloadBytes = payloadEnd - here;
    return undefined;
  }

  #readTcp(bytes: Buffer, end: number): PacketKind {
    const at = this.#at;
    if (end - at < TCP_HEADER_BYTES) return 'tcp-cut';
    const headerBytes = (bytes[at + 12]! >> 4) * 4;
    if (headerBytes < TCP_HEADER_BYTES || headerBytes > this.#payloadBytes) return 'tcp-malformed';
    const { tcp } = this;
    this.#readPorts(bytes, at);
    tcp.ack = bytes.readInt32BE(at + 8);
    tcp.flags = bytes[at + 13]!;
    tcp.window = (bytes[at + 14]! << 8) | bytes[at + 15]!;
    tcp.checksum = (bytes[at + 16]! << 8) | bytes[at + 17]!;
    tcp.optionsAt = at + TCP_HEADER_BYTES;
    tcp.optionsEnd = Math.min(at + headerBytes, end);
    tcp.payloadAt = tcp.optionsEnd;
    tcp.payloadBytes = this.#payloadBytes - headerBytes;
    tcp.payloadEnd = Math.min(tcp.payloadAt + tcp.payloadBytes, end);
    const segmentEnd = at + this.#payloadBytes;
    tcp.verdict =
      segmentEnd > end || tcp.isFragment
        ? undefined
        : checkTcp(bytes, at, segmentEnd, tcp.addressesAt, tcp.addressBytes * 2);
    return 'tcp';
  }

  #readPorts(bytes: Buffer, at: number): void {
    const { tcp } = this;
    tcp.sourcePort = (bytes[at]! << 8) | bytes[at + 1]!;
    tcp.destinationPort = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    tcp.seq = bytes.readInt32BE(at + 4);
  }

  /** An error has 8 bytes of its own, then the headers of the packet that it is about. */
  #readIcmp(bytes: Buffer, end: number): PacketKind {
    const at = this.#at;
    const { tcp } = this;
    const name = tcp.ipVersion === 4 ? 'icmp' : 'icmpv6';
    if (end - at < 8) return name;
    const type = bytes[at]!;
    // Unreachable, redirect, time exceeded, parameter problem; in version 6 all below 128.
    const isError = tcp.ipVersion === 4 ? type === 3 || type === 5 || type === 11 || type === 12 : type < 128;
    if (!isError) return name;
    const version = tcp.ipVersion;
    const fromAt = tcp.addressesAt;
    const problem =
      version === 4 ? this.#readIpv4(bytes, at + 8, end, end) : this.#readIpv6(bytes, at + 8, end, end);
    if (problem !== undefined || this.#protocol !== TCP || end - this.#at < 8) return name;
    this.#readPorts(bytes, this.#at);
    this.icmpType = type;
    this.icmpCode = bytes[at + 1]!;
    this.icmpFromAt = fromAt;
    return 'icmp-error';
  }
}

function etherKind(etherType: number): OtherKind {
  if (etherType === -1) return 'cut';
  return etherTypeNames.get(etherType) ?? `ethertype-0x${etherType.toString(16).padStart(4, '0')}`;
}
