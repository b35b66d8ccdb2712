// Options as people write them: `latency=100ms`, `after=64KiB`, `rate=10KiB/s`. The names are those of the tables without
// their units, since the unit stands in the value; a value in the unit of the table is taken as it is.
//
//   latencyMs: 100      latency=100ms
//   afterBytes: 65536   after=64KiB        (and afterMs: after=5s)
//   bytesPerSecond      rate=10KiB/s

import { parseByteSize } from '../base/byte-size.ts';
import { parseDuration } from '../base/duration.ts';
import { didYouMean } from '../base/nearest-name.ts';
import type { OptionTable } from '../base/options.ts';
import { badFault } from './fault.ts';

type Reader = (text: string) => unknown;

const units: readonly (readonly [suffix: RegExp, read: Reader])[] = [
  [/^bytesPerSecond$/, readRate],
  [/Ms$/, readDuration],
  [/Bytes$/, parseByteSize],
  [/^(?:percent|probability)$/, readShare],
];

/** What an option of a table is called where its value carries the unit. */
function wordOf(option: string): string {
  if (option === 'bytesPerSecond') return 'rate';
  return option.replace(/(?:Ms|Bytes)$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The words that a table takes, each once. */
export function wordsOf(table: OptionTable): string[] {
  return [...new Set(Object.keys(table).map(wordOf))];
}

/**
 * Turns words into options; whether a value is within its bounds is for the table to say.
 *
 * @throws HoldfastError ERR_BAD_FAULT for an unknown word, or a value without its unit.
 */
export function readOptionWords(
  what: string,
  table: OptionTable,
  words: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [word, given] of Object.entries(words)) {
    const names = Object.keys(table).filter((name) => wordOf(name) === word || name === word);
    if (names.length === 0) {
      const known = wordsOf(table);
      throw badFault(
        `Unknown option \`${word}\` of ${what}.${didYouMean(word, known)}`,
        known.length === 0 ? 'It takes none' : `It takes ${known.join(', ')}`,
      );
    }
    const [name, value] = readWord(what, word, names, given);
    options[name] = value;
  }
  return options;
}

/** Splits `latency=100ms`. @throws HoldfastError ERR_BAD_FAULT. */
export function splitWords(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw badFault(`An option cannot be ${JSON.stringify(text)}`, 'Write it as name=value');
    }),
  );
}

function readWord(
  what: string,
  word: string,
  names: readonly string[],
  given: unknown,
): readonly [string, unknown] {
  let failure = new RangeError('');
  for (const name of names) {
    // A number in a file is in the table's own unit only where the name says so.
    if (typeof given !== 'string') {
      if (word === name || !units.some(([suffix]) => suffix.test(name))) return [name, given];
      failure = new RangeError(`Expected it with its unit, such as 100ms or 64KiB, got ${String(given)}`);
      continue;
    }
    const read = units.find(([suffix]) => suffix.test(name))?.[1] ?? readPlain;
    try {
      return [name, read(given)];
    } catch (error) {
      failure = error as RangeError;
    }
  }
  throw badFault(`The option \`${word}\` of ${what} cannot be ${JSON.stringify(given)}`, failure.message);
}

function readDuration(text: string): number {
  return text === '0' || text === '0ms' || text === '0s' ? 0 : parseDuration(text);
}

function readRate(text: string): number {
  if (!text.endsWith('/s')) throw new RangeError('Expected a rate such as 10KiB/s');
  return parseByteSize(text.slice(0, -2));
}

/** `5%` is 0.05. */
export function readShare(text: string): number {
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (percent === undefined) throw new RangeError('Expected a share such as 5%');
  return Number(percent) / 100;
}

function readPlain(text: string): unknown {
  return /^\d+$/.test(text) ? Number(text) : text;
}
