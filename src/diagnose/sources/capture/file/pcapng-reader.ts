// Reads pcapng (draft-ietf-opsawg-pcapng): blocks, each with its length before and after it. Sections, interfaces
// and packets in all three forms are read, every other block is passed over. It keeps no packet and holds at most one
// unfinished block; of a block that it does not want it holds nothing.
//
//   type length body length | ...      section header: the byte order of what follows, interfaces count from 0 again

import type { ByteWindow } from './byte-window.ts';
import { MAX_PACKET_BYTES, type PacketSink, PacketSlot } from './captured-packet.ts';
import { MICROSECOND_TICKS, splitTicks, type TickUnit, ticksPerSecond } from './tick-time.ts';

/** The same in both byte orders. */
export const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const ORDER_MAGIC = 0x1a2b3c4d;

const BLOCK_HEADER_BYTES = 8;
const SECTION_START_BYTES = 16;
const OPTION_TICKS = 9;
const OPTION_TIME_OFFSET = 14;
// What lies before the bytes of a packet: type and length with it.
const PACKET_START_BYTES = 28;
const SIMPLE_START_BYTES = 12;

// An interface with more options than this has none read.
const MAX_INTERFACE_BYTES = 65_536;
const MAX_INTERFACES = 65_536;

interface Interface {
  readonly linkType: number;
  /** The longest that is captured of a packet; 0 when there is no limit. */
  readonly snapLength: number;
  readonly unit: TickUnit;
}

export class PcapngReader {
  readonly #sink: PacketSink;
  readonly #slot = new PacketSlot();
  #isLittleEndian = true;
  #interfaces: Interface[] = [];
  // Interfaces of earlier sections, so that no two of a file have the same index.
  #earlierInterfaces = 0;
  #isLost = false;

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  /** Reads all that is there whole. */
  read(window: ByteWindow): void {
    while (!this.#isLost && window.length >= BLOCK_HEADER_BYTES) {
      if (!this.#readBlock(window)) return;
    }
    if (this.#isLost) window.pass(window.length);
  }

  /** The file has ended, with this left over. */
  end(window: ByteWindow): void {
    if (window.length > 0) this.#sink.problem(window.offset, 'the file ends within a block');
  }

  #readBlock(window: ByteWindow): boolean {
    const { bytes, start } = window;
    const isSection = bytes.readUInt32BE(start) === SECTION_HEADER;
    if (isSection) {
      if (window.length < SECTION_START_BYTES) return false;
      if (!this.#readSection(window)) return true;
    }
    const type = this.#uint32(bytes, start);
    const length = this.#uint32(bytes, start + 4);
    if (length < BLOCK_HEADER_BYTES + 4 || length % 4 !== 0) {
      this.#lose(
        window.offset,
        `a block would have ${length} bytes, which is no possible length: nothing behind it can be read`,
      );
      return true;
    }
    if (type === INTERFACE_DESCRIPTION) return this.#readInterface(window, length);
    if (type === ENHANCED_PACKET || type === OLD_PACKET || type === SIMPLE_PACKET) {
      return this.#readPacket(window, type, length);
    }
    window.pass(length);
    return true;
  }

  #readSection(window: ByteWindow): boolean {
    const { bytes, start } = window;
    const order = bytes.readUInt32LE(start + 8);
    this.#isLittleEndian = order === ORDER_MAGIC;
    if (!this.#isLittleEndian && bytes.readUInt32BE(start + 8) !== ORDER_MAGIC) {
      this.#lose(window.offset + 8, 'a section has no byte order: nothing behind it can be read');
      return false;
    }
    const major = this.#uint16(bytes, start + 12);
    if (major !== 1) {
      this.#sink.problem(window.offset + 12, `version ${major} of pcapng is not known, read as version 1`);
    }
    this.#earlierInterfaces += this.#interfaces.length;
    this.#interfaces = [];
    return true;
  }

  #readInterface(window: ByteWindow, length: number): boolean {
    const { bytes, start } = window;
    const hasOptions = length <= MAX_INTERFACE_BYTES;
    if (length < 20) {
      this.#sink.problem(window.offset, `an interface of ${length} bytes is too short`);
      window.pass(length);
      return true;
    }
    if (window.length < (hasOptions ? length : 16)) return false;
    // Room for each would be room for as many as a file claims.
    if (this.#interfaces.length === MAX_INTERFACES) {
      this.#lose(window.offset, `more than ${MAX_INTERFACES} interfaces: nothing behind them is read`);
      return true;
    }
    this.#interfaces.push({
      linkType: this.#uint16(bytes, start + 8),
      snapLength: this.#uint32(bytes, start + 12),
      unit: hasOptions ? this.#unitOf(window, start + 16, start + length - 4) : MICROSECOND_TICKS,
    });
    this.#passBlock(window, length, hasOptions);
    return true;
  }

  #unitOf(window: ByteWindow, from: number, to: number): TickUnit {
    const { bytes, start } = window;
    let { ticksPerSecond: ticks, offsetSeconds } = MICROSECOND_TICKS;
    for (let at = from; at + 4 <= to; ) {
      const code = this.#uint16(bytes, at);
      const length = this.#uint16(bytes, at + 2);
      if (code === 0 || at + 4 + length > to) break;
      if (code === OPTION_TICKS && length >= 1) {
        const resolution = bytes[at + 4]!;
        const known = ticksPerSecond(resolution);
        if (known !== undefined) ticks = known;
        else {
          const offset = window.offset + at + 4 - start;
          this.#sink.problem(offset, `time resolution ${resolution} is not possible, read as microseconds`);
        }
      } else if (code === OPTION_TIME_OFFSET && length >= 8) {
        offsetSeconds = Number(
          this.#isLittleEndian ? bytes.readBigInt64LE(at + 4) : bytes.readBigInt64BE(at + 4),
        );
      }
      at += 4 + length + (-length & 3);
    }
    return { ticksPerSecond: ticks, offsetSeconds };
  }

  #readPacket(window: ByteWindow, type: number, length: number): boolean {
    const { bytes, start } = window;
    const isSimple = type === SIMPLE_PACKET;
    const headBytes = isSimple ? SIMPLE_START_BYTES : PACKET_START_BYTES;
    if (length < headBytes + 4) {
      this.#sink.problem(window.offset, `a packet block of ${length} bytes is too short`);
      window.pass(length);
      return true;
    }
    if (window.length < headBytes) return false;
    const index = isSimple
      ? 0
      : type === ENHANCED_PACKET
        ? this.#uint32(bytes, start + 8)
        : this.#uint16(bytes, start + 8);
    const room = length - headBytes - 4;
    const wireLength = this.#uint32(bytes, start + (isSimple ? 8 : 24));
    const of = this.#interfaces[index];
    const captured = isSimple
      ? Math.min(wireLength, room, of === undefined || of.snapLength === 0 ? room : of.snapLength)
      : this.#uint32(bytes, start + 20);
    const slot = this.#slot;
    if (captured > room || captured > MAX_PACKET_BYTES) {
      slot.number++;
      this.#sink.problem(window.offset, `packet ${slot.number} claims ${captured} bytes: passed over`);
      window.pass(length);
      return true;
    }
    // The options behind a packet are wanted no more than other blocks, but the length at its end is.
    const isShort = length <= MAX_PACKET_BYTES * 2;
    if (window.length < (isShort ? length : headBytes + captured)) return false;
    slot.number++;
    if (of === undefined) {
      this.#sink.problem(
        window.offset,
        `packet ${slot.number} is of interface ${index}, which the file does not describe: passed over`,
      );
    } else {
      if (isSimple) slot.seconds = slot.nanoseconds = 0;
      else splitTicks(this.#uint32(bytes, start + 12), this.#uint32(bytes, start + 16), of.unit, slot);
      slot.offset = window.offset;
      slot.bytes = bytes;
      slot.start = start + headBytes;
      slot.end = slot.start + captured;
      slot.wireLength = Math.max(captured, wireLength);
      slot.linkType = of.linkType;
      slot.interfaceIndex = this.#earlierInterfaces + index;
      this.#sink.packet(slot);
    }
    this.#passBlock(window, length, isShort);
    return true;
  }

  #passBlock(window: ByteWindow, length: number, isWhole: boolean): void {
    if (isWhole) {
      const again = this.#uint32(window.bytes, window.start + length - 4);
      if (again !== length) {
        this.#sink.problem(
          window.offset + length - 4,
          `a block of ${length} bytes has ${again} as its length behind it`,
        );
      }
    }
    window.pass(length);
  }

  #lose(offset: number, message: string): void {
    this.#sink.problem(offset, message);
    this.#isLost = true;
  }

  #uint32(bytes: Buffer, at: number): number {
    return this.#isLittleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }

  #uint16(bytes: Buffer, at: number): number {
    return this.#isLittleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  }
}
