// Reads a capture file in chunks of any size: finds out by its first bytes what it is, and hands its packets to a sink.
// It holds at most one unfinished packet.

import { ByteWindow } from './byte-window.ts';
import type { PacketSink } from './captured-packet.ts';
import { PCAP_MICROSECONDS, PCAP_NANOSECONDS, PcapReader } from './pcap-reader.ts';
import { PcapngReader, SECTION_HEADER } from './pcapng-reader.ts';

const MAGIC_BYTES = 4;

// Formats that people take for captures, by their first bytes.
const knownOthers: readonly [magic: number, name: string][] = [
  [0xa1b2cd34, 'pcap as patched by Kuznetzov; convert it with `editcap -F pcapng`'],
  [0x34cdb2a1, 'pcap as patched by Kuznetzov; convert it with `editcap -F pcapng`'],
  [0x736e6f6f, 'a snoop capture; convert it with `editcap -F pcapng`'],
  [0x504b0304, 'a zip archive; unpack it first'],
  [0xfd377a58, 'packed with xz; unpack it first'],
  [0x28b52ffd, 'packed with zstd; unpack it first'],
  [0x425a6839, 'packed with bzip2; unpack it first'],
];

export class CaptureReader {
  readonly #sink: PacketSink;
  readonly #window = new ByteWindow();
  #reader: PcapReader | PcapngReader | undefined;
  #isRefused = false;

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes. The sink is called before it returns; the chunk may be used again afterwards. */
  push(chunk: Uint8Array): void {
    if (this.#isRefused) return;
    this.#window.push(chunk);
    if (this.#reader === undefined && this.#window.length >= MAGIC_BYTES) {
      this.#reader = this.#choose();
      this.#isRefused = this.#reader === undefined;
    }
    this.#reader?.read(this.#window);
    this.#window.keep();
  }

  /** The file has ended. */
  end(): void {
    if (this.#isRefused) return;
    if (this.#reader !== undefined) this.#reader.end(this.#window);
    else if (this.#window.length === 0) this.#sink.problem(0, 'the file is empty');
    else this.#sink.problem(0, 'the file is no capture: it has fewer than 4 bytes');
  }

  #choose(): PcapReader | PcapngReader | undefined {
    const { bytes, start } = this.#window;
    const magic = bytes.readUInt32BE(start);
    const swapped = bytes.readUInt32LE(start);
    if (magic === SECTION_HEADER) return new PcapngReader(this.#sink);
    for (const [value, isLittleEndian] of [[magic, false] as const, [swapped, true] as const]) {
      if (value === PCAP_MICROSECONDS || value === PCAP_NANOSECONDS) {
        return new PcapReader(this.#sink, isLittleEndian, value === PCAP_NANOSECONDS);
      }
    }
    const other = knownOthers.find(([value]) => value === magic)?.[1];
    const begin = bytes.toString('hex', start, start + MAGIC_BYTES);
    this.#sink.problem(
      0,
      other === undefined
        ? `the file is no capture: it begins with the bytes ${begin}, and neither pcap nor pcapng does`
        : `the file is no capture that can be read: it is ${other}`,
    );
    return undefined;
  }
}
