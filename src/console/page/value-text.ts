// The data of an event as a person reads it. Pure, so that it is tested without a browser.

const MAX_SHOWN_CHARS = 4000;
const MAX_LINES_AS_LIST = 64;

export interface ValueText {
  readonly text: string;
  /** Set when the text is a list of short lines that may flow in columns: the longest line's length. */
  readonly lineChars?: number;
}

/** The data as JSON, or undefined when it is none. */
export function parseData(data: string): unknown {
  // Most text that is no JSON shows so in its first character, and throwing 1,000 times a second is slow.
  if (!/^[\s]*[[{"\d\-tfn]/.test(data)) return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** `topic` is left out of a list: it stands beside it. */
export function formatValue(data: string, topic: string): ValueText {
  const value = parseData(data);
  if (value === undefined || typeof value !== 'object' || value === null) return { text: shorten(data) };
  const members = Object.entries(value).filter(([name, member]) => name !== 'topic' || member !== topic);
  if (
    Array.isArray(value) ||
    members.length > MAX_LINES_AS_LIST ||
    !members.every(([, member]) => isShort(member))
  ) {
    return { text: shorten(JSON.stringify(value, undefined, 2)) };
  }
  return listOf(members);
}

// `load1      0.2`: names and values each in a column of their own, for a font of one width.
function listOf(members: readonly (readonly [string, unknown])[]): ValueText {
  const names = members.map(([name]) => name);
  const values = members.map(([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)));
  const nameChars = longest(names);
  const valueChars = longest(values);
  const lines = names.map((name, i) => `${name.padEnd(nameChars)}  ${values[i]!.padStart(valueChars)}`);
  return { text: shorten(lines.join('\n')), lineChars: nameChars + 2 + valueChars };
}

function isShort(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= 24 && !/[\r\n]/.test(value);
  return typeof value !== 'object' || value === null;
}

const longest = (texts: readonly string[]) => texts.reduce((chars, text) => Math.max(chars, text.length), 0);

function shorten(text: string): string {
  if (text.length <= MAX_SHOWN_CHARS) return text;
  return `${text.slice(0, MAX_SHOWN_CHARS)}…\n(${text.length - MAX_SHOWN_CHARS} more characters)`;
}
