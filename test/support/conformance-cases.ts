// Loads the conformance cases: what a stream of bytes means, as data. One file per theme in
// test/conformance/cases; a case is added there, never here.

import { readdirSync, readFileSync } from 'node:fs';

export interface CaseEvent {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** A reader whose answer to a case is known to differ from the specification. */
export type Oracle = 'eventsource-parser' | 'eventsource';

export interface ConformanceCase {
  /** One sentence; with the name of its file it names the test. */
  readonly title: string;
  readonly file: string;
  /** The sentence of the HTML Standard, section "Server-sent events", that decides it. */
  readonly rule: string;
  readonly bytes: Uint8Array;
  readonly events: readonly CaseEvent[];
  /** The ids of blocks that set an id and dispatch nothing. */
  readonly cursors: readonly string[];
  readonly retries: readonly number[];
  readonly comments: readonly string[];
  /** What a client would send as Last-Event-ID after the end of the bytes. */
  readonly lastEventId: string;
  /** Oracle -> why it answers otherwise. A test checks that it does. */
  readonly differs: Readonly<Partial<Record<Oracle, string>>>;
}

const known = new Set([
  'title',
  'rule',
  'text',
  'base64',
  'events',
  'cursors',
  'retries',
  'comments',
  'lastEventId',
  'differs',
]);
const folder = new URL('../conformance/cases/', import.meta.url);

/** All cases, in the order of their files. */
export function loadConformanceCases(): ConformanceCase[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return files.flatMap((file) => {
    const rows = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, unknown>[];
    return rows.map((row) => readCase(file, row));
  });
}

function readCase(file: string, row: Record<string, unknown>): ConformanceCase {
  const where = `${file}: ${String(row.title)}`;
  // A misspelt `evnets` would make a case that expects nothing.
  const unknown = Object.keys(row).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`${where}: unknown member ${unknown.join(', ')}`);
  const { title, rule, text, base64, ...expected } = row;
  if (typeof title !== 'string' || typeof rule !== 'string') throw new Error(`${where}: no title or no rule`);
  if ((typeof text === 'string') === (typeof base64 === 'string')) {
    throw new Error(`${where}: expected either text or base64`);
  }
  const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(String(base64), 'base64');
  const nothing = { events: [], cursors: [], retries: [], comments: [], lastEventId: '', differs: {} };
  return {
    ...nothing,
    ...expected,
    title,
    file: file.replace('.json', ''),
    rule,
    bytes: Uint8Array.from(bytes),
  };
}
