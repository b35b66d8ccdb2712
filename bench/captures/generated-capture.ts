// Writes a capture of any size as the host of a hub would have it: each event goes to all streams, one after the other, and is
// acknowledged; short requests come in between; some packets are lost and sent again. Packets have 145 bytes on average. The same size gives the same bytes.

import { closeSync, openSync, writeSync } from 'node:fs';

const STREAMS = 4000;
/** Of 16 steps, those that are an event; the others are a whole short connection. */
const EVENT_STEPS = 15;
const LOST_EACH = 997;
const SERVER = [10, 0, 0, 2] as const;
const BUFFER_BYTES = 1_048_576;
const HEADERS_BYTES = 14 + 20 + 20 + 12;

const REQUEST = Buffer.from(
  'GET /stream?topic=orders HTTP/1.1\r\nhost: example.test\r\naccept: text/event-stream\r\n\r\n',
);
const HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
);
const BLOCK = `id: ab12cd34-1234567\ndata: ${'x'.repeat(120)}\n\n`;
const EVENT = Buffer.from(`${BLOCK.length.toString(16)}\r\n${BLOCK}\r\n`);
const SHORT = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');

const [FIN, SYN, ACK] = [1, 2, 16];

interface Connection {
  readonly port: number;
  readonly host: number;
  client: number;
  server: number;
}

class CaptureFile {
  bytes = 0;
  packets = 0;
  #timeUs = 0;
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #at = 0;
  #ipId = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'w');
    const header = Buffer.from('d4c3b2a1020004000000000000000000000004000100 0000'.replace(' ', ''), 'hex');
    header.copy(this.#buffer);
    this.#at = this.bytes = header.length;
  }

  packet(
    connection: Connection,
    isClient: boolean,
    flags: number,
    payload: Buffer | undefined,
    seqBack = 0,
  ): void {
    const payloadBytes = payload?.length ?? 0;
    const length = HEADERS_BYTES + payloadBytes;
    if (this.#at + 16 + length > BUFFER_BYTES) this.#flush();
    const buffer = this.#buffer;
    let at = this.#at;
    this.#timeUs += 7;
    at = buffer.writeUInt32LE(1_700_000_000 + Math.floor(this.#timeUs / 1e6), at);
    at = buffer.writeUInt32LE(this.#timeUs % 1e6, at);
    at = buffer.writeUInt32LE(length, at);
    at = buffer.writeUInt32LE(length, at);
    buffer.fill(2, at, at + 12);
    at = buffer.writeUInt16BE(0x0800, at + 12);
    const client = [10, 1 + (connection.host >> 16), (connection.host >> 8) & 255, connection.host & 255];
    const addresses = isClient ? [...client, ...SERVER] : [...SERVER, ...client];
    at = buffer.writeUInt32BE(0x45000000 + length - 14, at);
    this.#ipId = (this.#ipId + 1) & 0xffff;
    at = buffer.writeUInt16BE(this.#ipId, at);
    at = buffer.writeUInt32BE(0x40004006, at);
    at = buffer.writeUInt16BE(0, at);
    for (const byte of addresses) at = buffer.writeUInt8(byte, at);
    at = buffer.writeUInt16BE(isClient ? connection.port : 80, at);
    at = buffer.writeUInt16BE(isClient ? 80 : connection.port, at);
    const seq = isClient ? connection.client : connection.server;
    at = buffer.writeUInt32BE((seq - seqBack) >>> 0, at);
    at = buffer.writeUInt32BE(flags === SYN ? 0 : isClient ? connection.server : connection.client, at);
    at = buffer.writeUInt16BE(0x8000 + flags, at);
    at = buffer.writeUInt16BE(501, at);
    // As the sending host sees it: the card finishes the checksum.
    at = buffer.writeUInt16BE(pseudoSum(addresses, 32 + payloadBytes), at);
    at = buffer.writeUInt16BE(0, at);
    at = buffer.writeUInt32BE(0x0101080a, at);
    at = buffer.writeUInt32BE(this.#timeUs >>> 10, at);
    at = buffer.writeUInt32BE(this.#timeUs >>> 10, at);
    if (payload !== undefined) at += payload.copy(buffer, at);
    this.bytes += at - this.#at;
    this.packets++;
    this.#at = at;
  }

  close(): void {
    this.#flush();
    closeSync(this.#fd);
  }

  #flush(): void {
    for (let at = 0; at < this.#at; ) at += writeSync(this.#fd, this.#buffer, at, this.#at - at);
    this.#at = 0;
  }
}

function pseudoSum(addresses: readonly number[], tcpBytes: number): number {
  let sum = 6 + tcpBytes;
  for (let i = 0; i < addresses.length; i += 2) sum += addresses[i]! * 256 + addresses[i + 1]!;
  return (sum & 0xffff) + (sum >>> 16);
}

export interface GeneratedCapture {
  readonly bytes: number;
  readonly packets: number;
  readonly connections: number;
}

/** Writes a capture of at least that size. */
export function generateCapture(path: string, bytes: number): GeneratedCapture {
  const file = new CaptureFile(path);
  const streams = Array.from({ length: STREAMS }, (_, index) => open(file, index));
  let connections = STREAMS;
  for (let step = 0; file.bytes < bytes; step++) {
    if (step % 16 === EVENT_STEPS) {
      shortConnection(file, connections++);
      continue;
    }
    const stream = streams[(step - Math.floor(step / 16)) % STREAMS]!;
    stream.server = (stream.server + EVENT.length) >>> 0;
    // A lost one is sent when the next has come.
    if (step % LOST_EACH !== 0) file.packet(stream, false, ACK, EVENT, EVENT.length);
    else {
      stream.server = (stream.server + EVENT.length) >>> 0;
      file.packet(stream, false, ACK, EVENT, EVENT.length);
      file.packet(stream, false, ACK, EVENT, 2 * EVENT.length);
    }
    file.packet(stream, true, ACK, undefined);
  }
  file.close();
  return { bytes: file.bytes, packets: file.packets, connections };
}

function open(file: CaptureFile, index: number): Connection {
  const connection = begin(file, index);
  answer(file, connection, HEAD);
  return connection;
}

function shortConnection(file: CaptureFile, index: number): void {
  const connection = begin(file, index);
  answer(file, connection, SHORT);
  file.packet(connection, false, ACK | FIN, undefined);
  connection.server = (connection.server + 1) >>> 0;
  file.packet(connection, true, ACK | FIN, undefined);
  connection.client = (connection.client + 1) >>> 0;
  file.packet(connection, false, ACK, undefined);
}

function begin(file: CaptureFile, index: number): Connection {
  const connection = {
    port: 1024 + (index % 60_000),
    host: Math.floor(index / 60_000) * 256 + (index % 251),
    client: Math.imul(index, 2_654_435_761) >>> 0,
    server: Math.imul(index, 2_246_822_519) >>> 0,
  };
  file.packet(connection, true, SYN, undefined);
  connection.client = (connection.client + 1) >>> 0;
  file.packet(connection, false, SYN | ACK, undefined);
  connection.server = (connection.server + 1) >>> 0;
  file.packet(connection, true, ACK, undefined);
  return connection;
}

function answer(file: CaptureFile, connection: Connection, head: Buffer): void {
  file.packet(connection, true, ACK, REQUEST);
  connection.client = (connection.client + REQUEST.length) >>> 0;
  file.packet(connection, false, ACK, head);
  connection.server = (connection.server + head.length) >>> 0;
  file.packet(connection, true, ACK, undefined);
}
