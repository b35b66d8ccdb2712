// Finds the network layer in a packet, for each of the link types that TCP comes in.

/** Where the network layer begins and what it is: one object for all packets. */
export class NetworkStart {
  /** Offset in the bytes of the packet. */
  at = 0;
  /** An EtherType: what it is. -1 when the packet is too short to tell. */
  etherType = -1;
}

export const IPV4 = 0x0800;
export const IPV6 = 0x86dd;
const VLAN = 0x8100;
const SERVICE_VLAN = 0x88a8;
const OLD_SERVICE_VLAN = 0x9100;
// Below this the field is a length: a frame of 802.3, which carries no IP.
const FIRST_ETHER_TYPE = 0x0600;
export const FRAME_802_3 = 0;

type FindNetwork = (bytes: Buffer, start: number, end: number, into: NetworkStart) => void;

/** By link type, as tcpdump.org numbers them. */
const linkTypes: ReadonlyMap<number, FindNetwork> = new Map<number, FindNetwork>([
  [0, loopback],
  [1, (bytes, start, end, into) => behindEtherType(bytes, start + 12, end, into)],
  // RAW, and the two numbers that systems used for it before.
  [12, byVersion],
  [14, byVersion],
  [101, byVersion],
  [108, loopback],
  [113, (bytes, start, end, into) => behindEtherType(bytes, start + 14, end, into)],
  [228, byVersion],
  [229, byVersion],
  [276, cookedVersion2],
]);

/** How to find the network layer; undefined for a link type that is not read. */
export function networkFinder(linkType: number): FindNetwork | undefined {
  return linkTypes.get(linkType);
}

/** From an EtherType on, past any VLAN tags (also two and more: QinQ). */
function behindEtherType(bytes: Buffer, start: number, end: number, into: NetworkStart): void {
  let at = start;
  let etherType = -1;
  while (at + 2 <= end) {
    etherType = (bytes[at]! << 8) | bytes[at + 1]!;
    at += 2;
    if (etherType !== VLAN && etherType !== SERVICE_VLAN && etherType !== OLD_SERVICE_VLAN) break;
    etherType = -1;
    at += 2;
  }
  into.at = at;
  into.etherType = etherType >= 0 && etherType < FIRST_ETHER_TYPE ? FRAME_802_3 : etherType;
}

/** LINUX_SLL2 has its EtherType in front, and 18 bytes of interface and address behind it. */
function cookedVersion2(bytes: Buffer, start: number, end: number, into: NetworkStart): void {
  if (end - start < 20) {
    into.etherType = -1;
    return;
  }
  const etherType = (bytes[start]! << 8) | bytes[start + 1]!;
  into.at = start + 20;
  into.etherType = etherType;
  if (etherType !== VLAN && etherType !== SERVICE_VLAN) return;
  // The tag's own EtherType stands 2 bytes into what follows.
  behindEtherType(bytes, start + 22, end, into);
}

/** NULL and LOOP: an address family, in the byte order of the capturing host or of the network. */
function loopback(bytes: Buffer, start: number, end: number, into: NetworkStart): void {
  into.etherType = -1;
  if (end - start < 4) return;
  const family = bytes[start] === 0 && bytes[start + 1] === 0 ? bytes[start + 3]! : bytes[start]!;
  into.at = start + 4;
  // The number of IPv6 differs: 24 NetBSD, 28 FreeBSD, 30 macOS, 10 Linux.
  if (family === 2) into.etherType = IPV4;
  else if (family === 24 || family === 28 || family === 30 || family === 10) into.etherType = IPV6;
  else into.etherType = FRAME_802_3;
}

function byVersion(bytes: Buffer, start: number, end: number, into: NetworkStart): void {
  const version = start < end ? bytes[start]! >> 4 : 0;
  into.at = start;
  into.etherType = version === 4 ? IPV4 : version === 6 ? IPV6 : -1;
}
