// Writes down a TCP connection packet by packet, as two hosts would have it: a test says what happens, and gets the
// capture. Sequence numbers count by themselves.

import {
  type CaptureReading,
  type ReadCaptureOptions,
  readCapture,
} from '../../../src/diagnose/sources/capture/read-capture.ts';
import { type BuiltPacket, packetAt, pcapFile } from './capture-builder.ts';
import { Flags, ipPacket, type LinkLayer, linkLayers, type TcpFields } from './packet-builder.ts';

export type Who = 'client' | 'server';

export interface SceneOptions {
  readonly client?: string;
  readonly server?: string;
  readonly clientPort?: number;
  readonly serverPort?: number;
  readonly link?: LinkLayer;
  /** First sequence numbers. */
  readonly clientSeq?: number;
  readonly serverSeq?: number;
}

/** Window scale 7, SACK, and an MSS of 1460. */
export const SYN_OPTIONS = Buffer.from('020405b40402010303 07'.replace(' ', ''), 'hex');

export class TcpScene {
  readonly packets: BuiltPacket[] = [];
  /** Advances with `wait`; every packet takes 0.1 ms. */
  nowMs = 0;
  readonly link: LinkLayer;
  readonly #options: SceneOptions;
  readonly #next: Record<Who, number>;
  readonly #ids: Record<Who, number> = { client: 1, server: 1000 };

  constructor(options: SceneOptions = {}) {
    this.#options = options;
    this.link = options.link ?? 'ethernet';
    this.#next = { client: options.clientSeq ?? 1000, server: options.serverSeq ?? 5000 };
  }

  /** The sequence number that comes next. */
  seq(who: Who): number {
    return this.#next[who];
  }

  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** A packet with right numbers, except for those given. `payload` and flags advance the sequence number. */
  send(who: Who, fields: TcpFields = {}): this {
    this.add(this.packet(who, fields));
    if (fields.seq === undefined) this.advance(who, fields);
    return this;
  }

  /** The same, but the capture does not see it. */
  lose(who: Who, fields: TcpFields = {}): this {
    this.#ids[who]++;
    this.advance(who, fields);
    return this;
  }

  advance(who: Who, fields: TcpFields): void {
    const flags = fields.flags ?? Flags.ack;
    const count = (fields.payload?.length ?? 0) + (flags & Flags.syn ? 1 : 0) + (flags & Flags.fin ? 1 : 0);
    this.#next[who] = (this.#next[who] + count) >>> 0;
  }

  add(ip: Buffer, more: Partial<BuiltPacket> = {}): this {
    this.packets.push(packetAt(this.nowMs, linkLayers[this.link].wrap(ip), more));
    this.nowMs += 0.1;
    return this;
  }

  packet(who: Who, fields: TcpFields = {}): Buffer {
    const { client = '10.0.0.1', server = '10.0.0.2', clientPort = 40_000, serverPort = 80 } = this.#options;
    const other = who === 'client' ? 'server' : 'client';
    const isClient = who === 'client';
    const flags = fields.flags ?? Flags.ack;
    return ipPacket({
      from: isClient ? client : server,
      to: isClient ? server : client,
      fromPort: isClient ? clientPort : serverPort,
      toPort: isClient ? serverPort : clientPort,
      seq: this.#next[who],
      ack: flags & Flags.ack ? this.#next[other] : 0,
      ipId: this.#ids[who]++,
      ...fields,
    });
  }

  handshake(options: Uint8Array = SYN_OPTIONS): this {
    this.send('client', { flags: Flags.syn, options, window: 64_240 });
    this.send('server', { flags: Flags.syn | Flags.ack, options, window: 65_160 });
    return this.send('client');
  }

  text(who: Who, text: string, fields: TcpFields = {}): this {
    return this.send(who, { flags: Flags.ack | Flags.psh, payload: Buffer.from(text, 'latin1'), ...fields });
  }

  file(): Buffer {
    return pcapFile(this.packets, { linkType: linkLayers[this.link].type, isNanoseconds: true });
  }

  read(options?: ReadCaptureOptions): Promise<CaptureReading> {
    return readCapture(inChunks(this.file(), 65_536), options);
  }
}

/** The bytes in chunks of that size. */
export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
