// A line of input as an event, in one line of NDJSON.

import { isUtf8 } from 'node:buffer';
import type { LineTarget } from './publish-lines.ts';

export interface LineEvent {
  readonly topic: string;
  readonly type: string | undefined;
  readonly key?: string | undefined;
  /** The line is JSON text, and is sent as that value. */
  readonly json: true | undefined;
}

export function encodeLine(
  line: Uint8Array,
  { json, ...event }: LineEvent,
): ReturnType<LineTarget['encode']> {
  // Decoding would put U+FFFD in place of what is broken, and publish something else than was given.
  if (!isUtf8(line)) return { fault: 'is not valid UTF-8' };
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8');
  if (!json) return { event: JSON.stringify({ ...event, data: text }) };
  try {
    return { event: JSON.stringify({ ...event, data: JSON.parse(text) as unknown }) };
  } catch (error) {
    return { fault: `is not JSON: ${(error as SyntaxError).message}` };
  }
}
