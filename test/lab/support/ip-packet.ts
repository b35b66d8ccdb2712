// IPv4 packets with TCP as a hop reads, changes and makes them. A packet is a Buffer of its own; fields are read in place.

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

const WINDOW_SCALE = 3;

/** A view of a packet; undefined when it is no unfragmented TCP over IPv4. */
export class TcpPacket {
  readonly bytes: Buffer;
  readonly #tcp: number;

  private constructor(bytes: Buffer, tcp: number) {
    this.bytes = bytes;
    this.#tcp = tcp;
  }

  static of(bytes: Buffer): TcpPacket | undefined {
    if (bytes.length < 40 || bytes[0]! >> 4 !== 4 || bytes[9] !== 6) return undefined;
    return new TcpPacket(bytes, (bytes[0]! & 15) * 4);
  }

  /** `address:port` of its sender. */
  get from(): string {
    return `${[...this.bytes.subarray(12, 16)].join('.')}:${this.bytes.readUInt16BE(this.#tcp)}`;
  }

  get to(): string {
    return `${[...this.bytes.subarray(16, 20)].join('.')}:${this.bytes.readUInt16BE(this.#tcp + 2)}`;
  }

  get flags(): number {
    return this.bytes[this.#tcp + 13]!;
  }

  get seq(): number {
    return this.bytes.readUInt32BE(this.#tcp + 4);
  }

  get ack(): number {
    return this.bytes.readUInt32BE(this.#tcp + 8);
  }

  get ipId(): number {
    return this.bytes.readUInt16BE(4);
  }

  get payloadBytes(): number {
    return this.bytes.readUInt16BE(2) - this.#tcp - (this.bytes[this.#tcp + 12]! >> 4) * 4;
  }

  moveAhead(bytes: number): void {
    this.bytes.writeUInt32BE((this.seq + bytes) >>> 0, this.#tcp + 4);
    writeChecksums(this.bytes);
  }

  /** Overwrites the window scale with `shift`, or with NOPs when undefined; false when there is none. */
  setWindowScale(shift: number | undefined): boolean {
    const end = this.#tcp + (this.bytes[this.#tcp + 12]! >> 4) * 4;
    for (let at = this.#tcp + 20; at < end; ) {
      const kind = this.bytes[at]!;
      if (kind === 0) return false;
      if (kind === WINDOW_SCALE) {
        if (shift === undefined) this.bytes.fill(1, at, at + 3);
        else this.bytes[at + 2] = shift;
        writeChecksums(this.bytes);
        return true;
      }
      at += kind === 1 ? 1 : this.bytes[at + 1]!;
    }
    return false;
  }
}

export interface ResetFields {
  /** `address:port`. */
  readonly from: string;
  readonly to: string;
  readonly seq: number;
  /** With it the ACK flag is set. */
  readonly ack?: number;
  readonly ttl: number;
  readonly ipId: number;
  readonly window?: number;
  readonly text?: string;
}

export function makeReset({ from, to, seq, ack, ttl, ipId, window = 0, text = '' }: ResetFields): Buffer {
  const payload = Buffer.from(text, 'latin1');
  const bytes = Buffer.alloc(40 + payload.length);
  bytes[0] = 0x45;
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.writeUInt16BE(ipId & 0xffff, 4);
  bytes[8] = ttl;
  bytes[9] = 6;
  for (const [i, end] of [from, to].entries()) {
    const [address, port] = end.split(':');
    bytes.set(address!.split('.').map(Number), 12 + 4 * i);
    bytes.writeUInt16BE(Number(port), 20 + 2 * i);
  }
  bytes.writeUInt32BE(seq >>> 0, 24);
  if (ack !== undefined) bytes.writeUInt32BE(ack >>> 0, 28);
  bytes[32] = 5 << 4;
  bytes[33] = RST | (ack === undefined ? 0 : ACK);
  bytes.writeUInt16BE(window, 34);
  payload.copy(bytes, 40);
  writeChecksums(bytes);
  return bytes;
}

/** [rfc1071], over the header of IP, and over TCP with its pseudo header. */
function writeChecksums(bytes: Buffer): void {
  const tcp = (bytes[0]! & 15) * 4;
  bytes.writeUInt16BE(0, 10);
  bytes.writeUInt16BE(checksum(bytes.subarray(0, tcp), 0), 10);
  bytes.writeUInt16BE(0, tcp + 16);
  const pseudo = sum(bytes.subarray(12, 20)) + 6 + (bytes.length - tcp);
  bytes.writeUInt16BE(checksum(bytes.subarray(tcp), pseudo), tcp + 16);
}

function checksum(bytes: Buffer, start: number): number {
  let total = start + sum(bytes);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

function sum(bytes: Buffer): number {
  let total = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) total += bytes.readUInt16BE(i);
  return bytes.length % 2 === 1 ? total + bytes.at(-1)! * 256 : total;
}
