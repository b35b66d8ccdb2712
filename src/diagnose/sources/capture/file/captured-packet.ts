// One packet as a capture file holds it.

/**
 * A packet of a capture. A reader has one object for all of them, since there are half a million a second: read what
 * you need, keep no packet.
 */
export interface CapturedPacket {
  /** From 1, in the order of the file: what Wireshark calls `frame.number`. */
  readonly number: number;
  /** Where in the (unpacked) file its record begins. */
  readonly offset: number;
  /** Time since 1970, in whole seconds and the nanoseconds beyond. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** What was captured of it lies at `[start, end)`. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** How long it was on the wire; more than was captured when the capture cuts packets short. */
  readonly wireLength: number;
  /** One of the registry of link types at tcpdump.org. */
  readonly linkType: number;
  /** Among the interfaces of the file, from 0. */
  readonly interfaceIndex: number;
}

/** Where readers fill in what they hand out. */
export class PacketSlot implements CapturedPacket {
  number = 0;
  offset = 0;
  seconds = 0;
  nanoseconds = 0;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  wireLength = 0;
  linkType = 0;
  interfaceIndex = 0;
}

/**
 * The longest packet that is read. tcpdump cuts at 262,144 bytes unless told otherwise; a longer one is a damaged
 * length far more often than a packet.
 */
export const MAX_PACKET_BYTES = 1_048_576;

/** What a reader tells. */
export interface PacketSink {
  /** The packet is good until the call returns. */
  packet(packet: CapturedPacket): void;
  /** Something cannot be read; reading goes on behind it where that is possible. */
  problem(offset: number, message: string): void;
}
