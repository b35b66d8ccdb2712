// Reads the TLS records that one side sends: their types and lengths, alerts that are not encrypted, and from the first
// handshake message the name and the protocols that the client asks for and the one that the server chose.

import { ByteBuffer } from '../../../../base/byte-buffer.ts';
import type { ContentHalf, Moment } from './content-half.ts';
import { type Hello, readHello } from './tls-hello.ts';

const HANDSHAKE = 22;
const ALERT = 21;
const CHANGE_CIPHER_SPEC = 20;
const APPLICATION_DATA = 23;

const RECORD_HEADER_BYTES = 5;
// 2^14 and what encryption may add (RFC 5246 6.2.3); TLS 1.3 allows less.
const MAX_RECORD_BYTES = 16_384 + 2048;
// With keys that withstand quantum computers a ClientHello has about 2 KiB.
const MAX_HELLO_BYTES = 16_384;

export interface TlsEvents {
  hello(hello: Hello): void;
  /** @param description - undefined when it is encrypted. */
  alert(at: Moment, description: number | undefined): void;
}

/** Whether a TLS record begins with these bytes, as far as they are there. */
export function beginsTlsRecord(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < RECORD_HEADER_BYTES) return false;
  const type = bytes[start]!;
  return (
    type >= CHANGE_CIPHER_SPEC &&
    type <= APPLICATION_DATA &&
    bytes[start + 1] === 3 &&
    bytes[start + 2]! <= 4 &&
    (bytes[start + 3]! << 8) + bytes[start + 4]! <= MAX_RECORD_BYTES
  );
}

export class TlsHalf implements ContentHalf {
  isOver = false;
  /** The record that began last. */
  last: { readonly at: Moment; readonly type: number; readonly bytes: number } | undefined = undefined;
  readonly #events: TlsEvents;
  readonly #header = new ByteBuffer(RECORD_HEADER_BYTES);
  // The content of a record that is wanted: the first handshake, an alert.
  readonly #content = new ByteBuffer(MAX_HELLO_BYTES);
  #type = 0;
  #left = 0;
  #keeps = false;
  #isFirst = true;
  #isEncrypted: boolean;

  /** @param isLost - the capture begins somewhere within. */
  constructor(events: TlsEvents, isLost: boolean) {
    this.#events = events;
    this.#isEncrypted = isLost;
    this.#isFirst = !isLost;
  }

  bytes(bytes: Buffer, start: number, end: number, packet: number, timeMs: number): void {
    let at = start;
    while (at < end && !this.isOver) {
      if (this.#left === 0) {
        const upTo = Math.min(end, at + RECORD_HEADER_BYTES - this.#header.length);
        this.#header.append(bytes, at, upTo);
        at = upTo;
        if (this.#header.length === RECORD_HEADER_BYTES) this.#beginRecord(packet, timeMs);
        continue;
      }
      const upTo = Math.min(end, at + this.#left);
      if (this.#keeps) this.#content.append(bytes, at, upTo);
      this.#left -= upTo - at;
      at = upTo;
      if (this.#left === 0) this.#endRecord(packet, timeMs);
    }
  }

  missing(count: number): void {
    if (count > this.#left) {
      // Record lengths are the only way from one to the next.
      this.isOver = true;
      return;
    }
    this.#left -= count;
    this.#keeps = false;
    this.#content.clear();
    if (this.#left === 0 && this.last !== undefined && count > 0) {
      this.#endRecord(this.last.at.packet, this.last.at.timeMs);
    }
  }

  #beginRecord(packet: number, timeMs: number): void {
    const header = this.#header.view();
    if (!beginsTlsRecord(header, 0, RECORD_HEADER_BYTES)) {
      this.isOver = true;
      return;
    }
    this.#type = header[0]!;
    this.#left = (header[3]! << 8) | header[4]!;
    this.#header.clear();
    this.last = { at: { packet, timeMs }, type: this.#type, bytes: this.#left };
    const isHello = this.#type === HANDSHAKE && this.#isFirst && this.#left <= MAX_HELLO_BYTES;
    this.#keeps = isHello || (this.#type === ALERT && this.#left <= 2);
    if (this.#left === 0) this.#endRecord(packet, timeMs);
  }

  #endRecord(packet: number, timeMs: number): void {
    if (this.#type === ALERT) this.#takeAlert({ packet, timeMs });
    else if (this.#type === HANDSHAKE && this.#keeps) {
      const hello = readHello(this.#content.view());
      if (hello !== undefined) this.#events.hello(hello);
    } else if (this.#type === CHANGE_CIPHER_SPEC) this.#isEncrypted = true;
    this.#isFirst = false;
    this.#keeps = false;
    this.#content.clear();
  }

  #takeAlert(at: Moment): void {
    const [level, description] = this.#content.view();
    // An encrypted one has more than two bytes; level 1 or 2 tells one in clear text where the beginning is not seen.
    const isClear = this.#keeps && description !== undefined && (level === 1 || level === 2);
    this.#events.alert(at, isClear && !this.#isEncrypted ? description : undefined);
  }
}
