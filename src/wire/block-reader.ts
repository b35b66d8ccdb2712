// Reads decoded lines, collects the fields of a block and says at its empty line what the block was. Knows
// nothing of bytes, chunks and limits: the parser does.
//
//   line -> field -> block --empty line--> onEvent | onCursor

import type { ParserOptions } from './parser.ts';

type Callbacks = Pick<ParserOptions, 'onEvent' | 'onCursor' | 'onComment' | 'onRetry'>;

const COLON = 0x3a;
const SPACE = 0x20;
const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_R = 0x72;

export class BlockReader {
  lastEventId: string;
  readonly #callbacks: Callbacks;
  #data: string | undefined;
  // The data lines after the first. A list, because a string joined line by line costs 64 bytes a line.
  #moreData: string[] | undefined;
  #type = '';
  #id: string | undefined;
  #skipping = false;
  #clears = 0;

  constructor(callbacks: Callbacks, lastEventId: string) {
    this.#callbacks = callbacks;
    this.lastEventId = lastEventId;
  }

  /** No line of the block so far has left anything behind. */
  get isEmpty(): boolean {
    return this.#data === undefined && this.#id === undefined && this.#type === '' && !this.#skipping;
  }

  get isSkipping(): boolean {
    return this.#skipping;
  }

  /** Reads a text that ends with a line end; stops early when a callback calls `clear`. */
  readLines(text: string): void {
    const clears = this.#clears;
    let lf = indexOrEnd(text, '\n', 0);
    let cr = indexOrEnd(text, '\r', 0);
    let start = 0;
    while (start < text.length && clears === this.#clears) {
      const end = Math.min(lf, cr);
      if (start === end) this.endBlock();
      else this.readLine(text, start, end);
      start = end + 1;
      if (end === cr && start === lf) start++;
      // Each is searched again only when it has been passed, or a text without CR would be read twice a line.
      if (lf < start) lf = indexOrEnd(text, '\n', start);
      if (cr < start) cr = indexOrEnd(text, '\r', start);
    }
  }

  /** Reads the line `text[start, end)`, which is not empty. */
  readLine(text: string, start: number, end: number): void {
    if (this.#skipping) return;
    // [html] "Field names must be compared literally, with no case folding performed."
    switch (text.charCodeAt(start)) {
      case COLON:
        this.#callbacks.onComment?.(text.slice(afterSpace(text, start + 1), end));
        return;
      case LETTER_D:
        this.#addData(fieldValue(text, start, end, 'data'));
        return;
      case LETTER_E:
        this.#type = fieldValue(text, start, end, 'event') ?? this.#type;
        return;
      case LETTER_I: {
        const id = fieldValue(text, start, end, 'id');
        // [html] "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the
        // field value. Otherwise, ignore the field."
        if (id !== undefined && !id.includes('\0')) this.#id = id;
        return;
      }
      case LETTER_R: {
        const value = fieldValue(text, start, end, 'retry');
        // [html] "If the field value consists of only ASCII digits"
        if (value === undefined || !/^[0-9]+$/.test(value)) return;
        this.#callbacks.onRetry?.(Math.min(Number(value), Number.MAX_SAFE_INTEGER));
      }
    }
  }

  /** Takes the empty line. */
  endBlock(): void {
    const data = this.#data;
    const id = this.#id;
    // [html] "Set the last event ID string of the event source to the value of the last event ID buffer. The
    // buffer does not get reset". It is set before the callback, so that a callback that throws loses no place.
    if (id !== undefined) this.lastEventId = id;
    if (data === undefined || this.#skipping) {
      this.#reset();
      if (id !== undefined) this.#callbacks.onCursor?.(id);
      return;
    }
    const event = {
      type: this.#type === '' ? 'message' : this.#type,
      data: this.#moreData === undefined ? data : `${data}\n${this.#moreData.join('\n')}`,
      lastEventId: this.lastEventId,
    };
    this.#reset();
    this.#callbacks.onEvent(event);
  }

  /** Drops the data of this block, and all of its further lines. An id that it has set stays valid. */
  skipBlock(): void {
    this.#data = undefined;
    this.#moreData = undefined;
    this.#skipping = true;
  }

  /** Forgets the block and ends a readLines that is under way. */
  clear(): void {
    this.#clears++;
    this.#reset();
  }

  #addData(value: string | undefined): void {
    if (value === undefined) return;
    if (this.#data === undefined) this.#data = value;
    else if (this.#moreData === undefined) this.#moreData = [value];
    else this.#moreData.push(value);
  }

  #reset(): void {
    this.#data = undefined;
    this.#moreData = undefined;
    this.#type = '';
    this.#id = undefined;
    this.#skipping = false;
  }
}

/** The value of the line when it is the field `name`; [html] "The field is ignored" for all others. */
function fieldValue(text: string, start: number, end: number, name: string): string | undefined {
  if (!text.startsWith(name, start)) return undefined;
  const nameEnd = start + name.length;
  // [html] "Process the field ... using the whole line as the field name, and the empty string as the value"
  if (nameEnd === end) return '';
  return text.charCodeAt(nameEnd) === COLON ? text.slice(afterSpace(text, nameEnd + 1), end) : undefined;
}

// [html] "If value starts with a U+0020 SPACE character, remove it from value." At the end of a line there is
// a line end or nothing, never a space.
function afterSpace(text: string, at: number): number {
  return text.charCodeAt(at) === SPACE ? at + 1 : at;
}

function indexOrEnd(text: string, searched: string, from: number): number {
  const index = text.indexOf(searched, from);
  return index === -1 ? text.length : index;
}
