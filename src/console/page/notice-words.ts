// What a control event means, in words. The JSON comes from whatever answers at this address, so that every
// member is checked; what is not known is shown as it came. Pure, so that it is tested without a browser.

import { parseData } from './value-text.ts';

export interface Notice {
  readonly kind: string;
  /** The reason of a `gap` or an `end`. */
  readonly reason?: string;
  readonly words: string;
}

const MAX_SHOWN_CHARS = 300;

const gapWords: Readonly<Record<string, string>> = {
  trimmed: 'the hub no longer keeps them',
  epoch: 'the hub began a new log since then',
  unknown: 'the position that this page came back with is not one of this hub',
};

const endWords: Readonly<Record<string, string>> = {
  ended: 'nothing more will be published there',
  drain: 'the hub is being stopped or replaced',
  expired: 'the permission to read has run out',
  aged: 'it was open for as long as a stream may be',
  stalled: 'this page took nothing for too long',
  limit: 'the hub has reached a limit',
  error: 'the hub met an error',
};

/** The notice for the data of an event with type `holdfast`. */
export function noticeOfControl(data: string): Notice {
  const control = parseData(data);
  if (typeof control !== 'object' || control === null) return { kind: 'unknown', words: unknownWords(data) };
  const { kind, reason, from, head, to, topic } = control as Record<string, unknown>;
  switch (kind) {
    case 'resumed':
      return { kind, words: `Resumed after ${text(from)}; the hub is at ${text(head)}.` };
    case 'gap': {
      const why = gapWords[text(reason)] ?? `reason: ${text(reason)}`;
      const where = text(from) === '' ? `before ${text(to)}` : `between ${text(from)} and ${text(to)}`;
      return { kind, reason: text(reason), words: `Gap: events ${where} cannot be given, since ${why}.` };
    }
    case 'end': {
      const why = endWords[text(reason)] ?? `reason: ${text(reason)}`;
      const what =
        typeof topic === 'string' ? `The topic ${text(topic)} has ended` : 'The hub ended this stream';
      return { kind, reason: text(reason), words: `${what}: ${why}.` };
    }
    default:
      return { kind: 'unknown', words: unknownWords(data) };
  }
}

/** Up to which number events are sent again after a resume; undefined for any other control event. */
export function historyEnd(data: string): number | undefined {
  const control = parseData(data);
  if (typeof control !== 'object' || control === null) return undefined;
  const { kind, head } = control as Record<string, unknown>;
  return kind === 'resumed' ? Number(/-(\d+)$/.exec(text(head))?.[1] ?? 0) : undefined;
}

function unknownWords(data: string): string {
  return `The hub says something that this page does not know: ${text(data)}`;
}

function text(value: unknown): string {
  return value === undefined ? '' : String(value).slice(0, MAX_SHOWN_CHARS);
}
