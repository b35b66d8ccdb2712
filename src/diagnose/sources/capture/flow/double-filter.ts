// Finds second copies of a packet: a capture on all interfaces, or on a bridge and its ports, has them. A copy has the
// same IP ID and the same TCP header and comes within a millisecond; where the ID tells nothing (IPv6, and 0 in IPv4),
// it must have come by another way: other link layer header, other interface, other TTL.
//
// One for all flows: what came within the last millisecond is little, and fits into a processor's cache.

import type { TcpPacket } from '../packet/tcp-packet.ts';

const DOUBLE_MS = 1;
// In sets of four: a packet is forgotten when four others of its set came after it.
const SETS = 4096;
const WAYS = 4;
const FIELDS = 3;

export class DoubleFilter {
  // Time, identity, and the way by which it came, of each.
  readonly #seen = new Float64Array(SETS * WAYS * FIELDS);
  readonly #oldest = new Uint8Array(SETS);

  /**
   * Whether the packet is a second copy; remembers it if not. All packets in order.
   *
   * @param sender - a number for its flow and side.
   */
  isDouble(packet: TcpPacket, sender: number): boolean {
    const { timeMs, ipId } = packet;
    const high = mixed(packet, sender);
    const low = mixed(packet, high);
    // Two hashes in the 53 bits of a number: by chance alike once in 10^15.
    const identity = (high >>> 0) * 0x200000 + (low & 0x1fffff);
    const set = (low >>> 20) & (SETS - 1);
    const seen = this.#seen;
    const hasId = ipId > 0;
    const came = hasId ? 0 : way(packet);
    const from = set * WAYS * FIELDS;
    for (let at = from; at < from + WAYS * FIELDS; at += FIELDS) {
      if (seen[at + 1] !== identity || timeMs - seen[at]! >= DOUBLE_MS) continue;
      if (hasId || seen[at + 2] !== came) return true;
    }
    const at = from + this.#oldest[set]! * FIELDS;
    this.#oldest[set] = (this.#oldest[set]! + 1) % WAYS;
    seen[at] = timeMs;
    seen[at + 1] = identity;
    seen[at + 2] = came;
    return false;
  }
}

/** A hash of all that two copies of a packet have in common. */
function mixed(packet: TcpPacket, seed: number): number {
  let hash = Math.imul(seed ^ packet.seq, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ packet.ack, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 13) ^ ((packet.ipId << 16) | packet.checksum), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16) ^ ((packet.flags << 24) ^ (packet.window << 8)), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ packet.payloadBytes, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** By which way the packet came: its link layer header, interface and TTL as one number. */
function way({ bytes, linkAt, networkAt, interfaceIndex, ttl }: TcpPacket): number {
  let hash = interfaceIndex * 256 + ttl;
  for (let at = linkAt; at < networkAt; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
  return hash;
}
