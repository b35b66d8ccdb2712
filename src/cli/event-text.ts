// One event as text for standard output: for people, for programs, or its data alone.

import type { styleText } from 'node:util';
import type { ReceivedEvent } from '../client/index.ts';

export type EventFormat = 'pretty' | 'ndjson' | 'data';

/** Puts a text in a style, or leaves it as it is where there is no colour. */
export type Styler = (style: Parameters<typeof styleText>[0], text: string) => string;

/** `{"id","type","data"}` in one line. With `asJson`, data that is JSON text becomes that value. */
export function ndjsonLine({ id, type, data }: ReceivedEvent, asJson: boolean): string {
  return `${JSON.stringify({ id, type, data: asJson ? parsed(data) : data })}\n`;
}

/** `12:30:05.123  <id>  <type>  <data>`; further lines of the data are indented below. */
export function prettyLine({ id, type, data }: ReceivedEvent, at: Date, style: Styler): string {
  const head = style('dim', `${clock(at)}  ${visible(id)}`);
  const name = type === 'message' ? '' : `  ${style('cyan', visible(type))}`;
  return `${head}${name}  ${data.split('\n').map(visible).join('\n    ')}\n`;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    // Not JSON: a text, then.
    return data;
  }
}

function clock(at: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}

// What somebody else has published must not steer this terminal. Tabs may stay.
function visible(text: string): string {
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, (control) => {
    const code = control.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}
