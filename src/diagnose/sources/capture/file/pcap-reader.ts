// Reads the classic pcap format: a header of 24 bytes, then packets, each behind a header of 16 bytes. It keeps no
// packet and holds at most one unfinished.
//
//   magic version zone accuracy snaplen linktype | seconds fraction captured original, bytes | ...

import type { ByteWindow } from './byte-window.ts';
import { MAX_PACKET_BYTES, type PacketSink, PacketSlot } from './captured-packet.ts';

export const PCAP_MICROSECONDS = 0xa1b2c3d4;
export const PCAP_NANOSECONDS = 0xa1b23c4d;

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

export class PcapReader {
  readonly #sink: PacketSink;
  readonly #isLittleEndian: boolean;
  readonly #nanosecondsPerTick: number;
  readonly #slot = new PacketSlot();
  #hasHeader = false;
  #isLost = false;

  constructor(sink: PacketSink, isLittleEndian: boolean, isNanoseconds: boolean) {
    this.#sink = sink;
    this.#isLittleEndian = isLittleEndian;
    this.#nanosecondsPerTick = isNanoseconds ? 1 : 1000;
  }

  /** Reads all that is there whole. */
  read(window: ByteWindow): void {
    if (!this.#hasHeader) {
      if (window.length < FILE_HEADER_BYTES) return;
      this.#readFileHeader(window);
    }
    while (!this.#isLost && window.length >= RECORD_HEADER_BYTES) {
      if (!this.#readRecord(window)) return;
    }
    // Nothing tells where the next packet begins, once a length is wrong.
    if (this.#isLost) window.pass(window.length);
  }

  /** The file has ended, with this left over. */
  end(window: ByteWindow): void {
    if (window.length === 0) return;
    const where = this.#hasHeader ? `packet ${this.#slot.number + 1}` : 'its header';
    this.#sink.problem(window.offset, `the file ends within ${where}`);
  }

  #readFileHeader(window: ByteWindow): void {
    const { bytes, start } = window;
    const major = this.#isLittleEndian ? bytes.readUInt16LE(start + 4) : bytes.readUInt16BE(start + 4);
    if (major !== 2) {
      this.#sink.problem(window.offset + 4, `version ${major} of pcap is not known, read as version 2`);
    }
    // The upper bits tell whether frames end in a checksum; what lies behind a packet is never read anyway.
    this.#slot.linkType = this.#uint32(bytes, start + 20) & 0xffff;
    this.#hasHeader = true;
    window.pass(FILE_HEADER_BYTES);
  }

  #readRecord(window: ByteWindow): boolean {
    const { bytes, start } = window;
    const captured = this.#uint32(bytes, start + 8);
    if (captured > MAX_PACKET_BYTES) {
      const packet = `packet ${this.#slot.number + 1} would have ${captured} bytes`;
      this.#sink.problem(
        window.offset,
        `${packet}, which is no possible length: nothing behind it can be read`,
      );
      this.#isLost = true;
      return true;
    }
    if (window.length < RECORD_HEADER_BYTES + captured) return false;
    const slot = this.#slot;
    const nanoseconds = this.#uint32(bytes, start + 4) * this.#nanosecondsPerTick;
    const carried = nanoseconds < 1e9 ? 0 : Math.floor(nanoseconds / 1e9);
    slot.number++;
    slot.offset = window.offset;
    slot.seconds = this.#uint32(bytes, start) + carried;
    slot.nanoseconds = nanoseconds - carried * 1e9;
    slot.bytes = bytes;
    slot.start = start + RECORD_HEADER_BYTES;
    slot.end = slot.start + captured;
    slot.wireLength = Math.max(captured, this.#uint32(bytes, start + 12));
    this.#sink.packet(slot);
    window.pass(RECORD_HEADER_BYTES + captured);
    return true;
  }

  #uint32(bytes: Buffer, at: number): number {
    return this.#isLittleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }
}
