// Finds second copies of a packet: a capture on all interfaces, or on a bridge and its ports, has them. A copy has the
// same IP ID and the same TCP header and comes within a millisecond; where the ID tells nothing (IPv6, and 0 in IPv4),
// it must have come by another way: other link layer header, other interface, other TTL.

import type { TcpPacket } from '../packet/tcp-packet.ts';

const DOUBLE_MS = 1;
const REMEMBERED = 8;
const FIELDS = 8;

export class DoubleFilter {
  // A ring of the last packets, FIELDS numbers each; made when the first comes.
  readonly #ring = new Float64Array(REMEMBERED * FIELDS);
  #count = 0;

  /** Whether the packet is a second copy; remembers it if not. All of one side of a flow, in order. */
  isDouble(packet: TcpPacket): boolean {
    const ring = this.#ring;
    const from = Math.max(0, this.#count - REMEMBERED);
    for (let i = this.#count - 1; i >= from; i--) {
      const at = (i % REMEMBERED) * FIELDS;
      if (packet.timeMs - ring[at]! >= DOUBLE_MS) break;
      if (
        ring[at + 1] === packet.seq &&
        ring[at + 2] === packet.ack &&
        ring[at + 3] === packet.ipId &&
        ring[at + 4] === packet.checksum &&
        ring[at + 5] === packet.payloadBytes &&
        ring[at + 6] === packet.flags * 65_536 + packet.window &&
        (packet.ipId > 0 || ring[at + 7] !== way(packet))
      ) {
        return true;
      }
    }
    const at = (this.#count++ % REMEMBERED) * FIELDS;
    ring[at] = packet.timeMs;
    ring[at + 1] = packet.seq;
    ring[at + 2] = packet.ack;
    ring[at + 3] = packet.ipId;
    ring[at + 4] = packet.checksum;
    ring[at + 5] = packet.payloadBytes;
    ring[at + 6] = packet.flags * 65_536 + packet.window;
    ring[at + 7] = way(packet);
    return false;
  }
}

/** By which way the packet came: its link layer header, interface and TTL as one number. */
function way({ bytes, linkAt, networkAt, interfaceIndex, ttl }: TcpPacket): number {
  let hash = interfaceIndex * 256 + ttl;
  for (let at = linkAt; at < networkAt; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
  return hash;
}
