// Reads the HTTP/2 frames that one side sends in clear text (RFC 9113). Bodies are only lengths; the small frames that
// explain an end are read. Where the capture lacks bytes within a frame it steps over them.

import { ByteBuffer } from '../../../../base/byte-buffer.ts';
import type { ContentHalf, Moment } from './content-half.ts';

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

const HEADER_BYTES = 9;
// The largest that a peer can allow. Most allow 16,384.
const MAX_FRAME_BYTES = 16_777_215;
/** The most that is kept of a payload: a block of headers, or the debug data of a GOAWAY. */
const MAX_KEPT_BYTES = 65_536;
const KEPT_TYPES: ReadonlySet<number> = new Set([
  FrameType.headers,
  FrameType.rstStream,
  FrameType.settings,
  FrameType.pushPromise,
  FrameType.goaway,
  FrameType.continuation,
]);

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly length: number;
  /** Where its payload is kept: as much as is wanted. A view, good until the call returns. */
  readonly payload: Uint8Array;
  /** Not all of the payload is in the capture. */
  readonly hasHole: boolean;
}

export interface Http2Events {
  /** A part of a DATA frame. */
  data(streamId: number, bytes: number, packet: number, timeMs: number): void;
  /** The whole frame has come. */
  frame(frame: Frame, at: Moment): void;
  /** Part of a DATA frame is not in the capture. */
  hole(streamId: number): void;
  /** What comes can no longer be told. */
  lost(): void;
}

export class Http2Half implements ContentHalf {
  isOver = false;
  readonly #events: Http2Events;
  #prefaceLeft: number;
  readonly #header = new ByteBuffer(HEADER_BYTES);
  readonly #payload = new ByteBuffer(MAX_KEPT_BYTES);
  #isInFrame = false;
  #type = 0;
  #flags = 0;
  #streamId = 0;
  #length = 0;
  #left = 0;
  #hasHole = false;

  /** @param hasPreface - it begins with the preface of a client. */
  constructor(events: Http2Events, hasPreface: boolean) {
    this.#events = events;
    this.#prefaceLeft = hasPreface ? PREFACE.length : 0;
  }

  bytes(bytes: Buffer, start: number, end: number, packet: number, timeMs: number): void {
    let at = start;
    if (this.#prefaceLeft > 0) {
      const passed = Math.min(this.#prefaceLeft, end - at);
      this.#prefaceLeft -= passed;
      at += passed;
    }
    while (at < end && !this.isOver) {
      if (!this.#isInFrame) {
        const upTo = Math.min(end, at + HEADER_BYTES - this.#header.length);
        this.#header.append(bytes, at, upTo);
        at = upTo;
        if (this.#header.length === HEADER_BYTES) this.#beginFrame(packet, timeMs);
        continue;
      }
      const upTo = Math.min(end, at + this.#left);
      this.#takePayload(bytes, at, upTo, packet, timeMs);
      this.#left -= upTo - at;
      at = upTo;
      if (this.#left === 0) this.#endFrame(packet, timeMs);
    }
  }

  missing(count: number): void {
    if (this.isOver) return;
    // A frame is only known to have come when its end was seen.
    if (!this.#isInFrame || count >= this.#left) {
      this.isOver = true;
      this.#events.lost();
      return;
    }
    this.#left -= count;
    this.#hasHole = true;
    if (this.#type === FrameType.data) this.#events.hole(this.#streamId);
  }

  #beginFrame(packet: number, timeMs: number): void {
    const header = this.#header.view();
    this.#length = this.#left = header[0]! * 65_536 + header[1]! * 256 + header[2]!;
    this.#type = header[3]!;
    this.#flags = header[4]!;
    this.#streamId = (header[5]! & 0x7f) * 0x1000000 + header[6]! * 65_536 + header[7]! * 256 + header[8]!;
    this.#header.clear();
    this.#payload.clear();
    this.#hasHole = false;
    if (this.#length > MAX_FRAME_BYTES) {
      this.isOver = true;
      this.#events.lost();
      return;
    }
    this.#isInFrame = true;
    if (this.#left === 0) this.#endFrame(packet, timeMs);
  }

  #takePayload(bytes: Buffer, start: number, end: number, packet: number, timeMs: number): void {
    if (this.#type === FrameType.data) {
      this.#events.data(this.#streamId, end - start, packet, timeMs);
    } else if (KEPT_TYPES.has(this.#type) && !this.#hasHole) {
      const room = MAX_KEPT_BYTES - this.#payload.length;
      this.#payload.append(bytes, start, Math.min(end, start + room));
    }
  }

  #endFrame(packet: number, timeMs: number): void {
    this.#isInFrame = false;
    this.#events.frame(
      {
        type: this.#type,
        flags: this.#flags,
        streamId: this.#streamId,
        length: this.#length,
        payload: this.#payload.view(),
        hasHole: this.#hasHole,
      },
      { packet, timeMs },
    );
  }
}

const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map([
  [FrameType.priority, 5],
  [FrameType.rstStream, 4],
  [FrameType.ping, 8],
  [FrameType.windowUpdate, 4],
]);
const OF_CONNECTION: ReadonlySet<number> = new Set([FrameType.settings, FrameType.ping, FrameType.goaway]);
const OF_STREAM: ReadonlySet<number> = new Set([
  FrameType.data,
  FrameType.headers,
  FrameType.priority,
  FrameType.rstStream,
  FrameType.continuation,
]);

/** Whether these bytes are whole frames and nothing else: how HTTP/2 is recognised in a capture that began too late. */
export function areFrames(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at + HEADER_BYTES <= end) {
    const length = bytes.readUIntBE(at, 3);
    const type = bytes[at + 3]!;
    const streamId = bytes.readUInt32BE(at + 5);
    if (type > FrameType.continuation || streamId > 0x7fffffff) return false;
    if ((FIXED_LENGTHS.get(type) ?? length) !== length) return false;
    if (OF_CONNECTION.has(type) && streamId !== 0) return false;
    if (OF_STREAM.has(type) && streamId % 2 === 0) return false;
    at += HEADER_BYTES + length;
  }
  return at === end && end > start;
}
