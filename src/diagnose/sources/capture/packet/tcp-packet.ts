// What the headers of one TCP packet say.

import type { ChecksumVerdict } from './checksum.ts';

const NOTHING = Buffer.alloc(0);

/** One object for all packets, filled anew for each: read what you need, keep none. Offsets are into `bytes`. */
export class TcpPacket {
  /** `frame.number` of Wireshark. */
  number = 0;
  timeMs = 0;
  interfaceIndex = 0;
  /** Where the packet begins in its link layer. */
  linkAt = 0;
  bytes: Buffer = NOTHING;
  ipVersion: 4 | 6 = 4;
  networkAt = 0;
  /** The source, and right behind it the destination. */
  addressesAt = 0;
  addressBytes: 4 | 16 = 4;
  /** Or hop limit. */
  ttl = 0;
  /** -1 for IPv6. */
  ipId = -1;
  /** Only the first fragment has the ports; of the others the capture reader counts how many there were. */
  isFragment = false;
  sourcePort = 0;
  destinationPort = 0;
  /** Signed, as all sequence numbers here until they become evidence: see `sequence.ts`. */
  seq = 0;
  ack = 0;
  /** The 8 bits. */
  flags = 0;
  /** As on the wire: not scaled. */
  window = 0;
  checksum = 0;
  optionsAt = 0;
  optionsEnd = 0;
  payloadAt = 0;
  /** Behind the last payload byte that was captured. */
  payloadEnd = 0;
  /** Payload bytes on the wire. */
  payloadBytes = 0;
  /** Undefined when not all of it was captured. */
  verdict: ChecksumVerdict | undefined;
  /** Less was captured than was on the wire. */
  isCut = false;
}
