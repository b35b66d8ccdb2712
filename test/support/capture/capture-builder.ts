// Makes capture files of all forms.

export interface BuiltPacket {
  /** Whole seconds and nanoseconds since 1970. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly bytes: Buffer;
  /** On the wire, when more than was captured. */
  readonly wireLength?: number;
  /** Of pcapng; 0 unless told. */
  readonly interfaceIndex?: number;
}

/** A packet `atMs` after the beginning of time in tests. */
export function packetAt(atMs: number, bytes: Buffer, more: Partial<BuiltPacket> = {}): BuiltPacket {
  const seconds = 1_700_000_000 + Math.floor(atMs / 1000);
  return { seconds, nanoseconds: Math.round((atMs - Math.floor(atMs / 1000) * 1000) * 1e6), bytes, ...more };
}

class Writer {
  readonly #isLittleEndian: boolean;
  readonly #parts: Buffer[] = [];

  constructor(isLittleEndian: boolean) {
    this.#isLittleEndian = isLittleEndian;
  }

  uint16(...values: number[]): this {
    for (const value of values) {
      const bytes = Buffer.alloc(2);
      this.#isLittleEndian ? bytes.writeUInt16LE(value) : bytes.writeUInt16BE(value);
      this.#parts.push(bytes);
    }
    return this;
  }

  uint32(...values: number[]): this {
    for (const value of values) {
      const bytes = Buffer.alloc(4);
      this.#isLittleEndian ? bytes.writeUInt32LE(value >>> 0) : bytes.writeUInt32BE(value >>> 0);
      this.#parts.push(bytes);
    }
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes));
    return this;
  }

  end(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

export interface PcapForm {
  readonly isLittleEndian?: boolean;
  readonly isNanoseconds?: boolean;
  readonly linkType?: number;
  readonly snapLength?: number;
}

export function pcapFile(packets: readonly BuiltPacket[], form: PcapForm = {}): Buffer {
  const { isLittleEndian = true, isNanoseconds = false, linkType = 1, snapLength = 262_144 } = form;
  const writer = new Writer(isLittleEndian);
  writer.uint32(isNanoseconds ? 0xa1b23c4d : 0xa1b2c3d4).uint16(2, 4);
  writer.uint32(0, 0, snapLength, linkType);
  for (const { seconds, nanoseconds, bytes, wireLength = bytes.length } of packets) {
    writer.uint32(seconds, isNanoseconds ? nanoseconds : Math.floor(nanoseconds / 1000));
    writer.uint32(bytes.length, wireLength).raw(bytes);
  }
  return writer.end();
}

export interface PcapngInterface {
  readonly linkType: number;
  readonly snapLength?: number;
  /** As in `if_tsresol`: a power of ten, or with the upper bit of two. */
  readonly resolution?: number;
  readonly offsetSeconds?: number;
}

export interface PcapngForm {
  readonly isLittleEndian?: boolean;
  readonly interfaces: readonly PcapngInterface[];
  /** Which block holds a packet. Simple ones have neither time nor interface. */
  readonly blocks?: 'enhanced' | 'simple' | 'old';
  /** Blocks of other types between the packets. */
  readonly hasOthers?: boolean;
}

const NAME_RESOLUTION = 4;
const STATISTICS = 5;

export function pcapngFile(packets: readonly BuiltPacket[], form: PcapngForm): Buffer {
  const { isLittleEndian = true, interfaces, blocks = 'enhanced', hasOthers = false } = form;
  const writer = new Writer(isLittleEndian);
  const block = (type: number, body: Buffer) => {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    const length = padded.length + 12;
    writer.uint32(type, length).raw(padded).uint32(length);
  };
  const body = () => new Writer(isLittleEndian);
  const option = (code: number, value: Buffer) =>
    body()
      .uint16(code, value.length)
      .raw(value)
      .raw(Buffer.alloc(-value.length & 3))
      .end();
  block(0x0a0d0d0a, body().uint32(0x1a2b3c4d).uint16(1, 0).uint32(0xffffffff, 0xffffffff).end());
  for (const { linkType, snapLength = 0, resolution, offsetSeconds } of interfaces) {
    const options = [option(2, Buffer.from('eth0'))];
    if (resolution !== undefined) options.push(option(9, Buffer.from([resolution])));
    if (offsetSeconds !== undefined) {
      const value = body().raw(int64(offsetSeconds, isLittleEndian)).end();
      options.push(option(14, value));
    }
    const all = Buffer.concat([...options, Buffer.alloc(4)]);
    block(1, body().uint16(linkType, 0).uint32(snapLength).raw(all).end());
  }
  for (const packet of packets) {
    if (hasOthers) {
      block(NAME_RESOLUTION, Buffer.alloc(4));
      block(STATISTICS, body().uint32(0, 0, 0).end());
    }
    const { bytes, wireLength = bytes.length, interfaceIndex = 0 } = packet;
    const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
    if (blocks === 'simple') {
      block(3, body().uint32(wireLength).raw(padded).end());
      continue;
    }
    const [high, low] = ticksOf(packet, interfaces[interfaceIndex]);
    const start = blocks === 'enhanced' ? body().uint32(interfaceIndex) : body().uint16(interfaceIndex, 0);
    start.uint32(high, low, bytes.length, wireLength).raw(padded);
    // A comment behind the packet.
    if (hasOthers) start.raw(Buffer.concat([option(1, Buffer.from('odd')), Buffer.alloc(4)]));
    block(blocks === 'enhanced' ? 6 : 2, start.end());
  }
  return writer.end();
}

function ticksOf(packet: BuiltPacket, of: PcapngInterface | undefined): [high: number, low: number] {
  const { resolution = 6, offsetSeconds = 0 } = of ?? {};
  const perSecond = resolution < 128 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution - 128);
  const seconds = BigInt(packet.seconds - offsetSeconds);
  const ticks = seconds * perSecond + (BigInt(packet.nanoseconds) * perSecond) / 1_000_000_000n;
  return [Number((ticks >> 32n) & 0xffffffffn), Number(ticks & 0xffffffffn)];
}

function int64(value: number, isLittleEndian: boolean): Buffer {
  const bytes = Buffer.alloc(8);
  if (isLittleEndian) bytes.writeBigInt64LE(BigInt(value));
  else bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
