// Checks options once, at the boundary, against one table that also holds the defaults. Inner code gets the
// frozen result and never fills in a default itself. A mistake here is a programmer's: it throws at once.

import { didYouMean } from './nearest-name.ts';

/** What one option accepts, in words and as a test, and what it is when not given. */
export interface OptionRule<T> {
  readonly default: T;
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a table mixes rules of many value types.
export type OptionTable = Readonly<Record<string, OptionRule<any>>>;

export type ResolvedOptions<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionRule<infer T> ? T : never;
};

/** What a caller may pass: every option is optional, and undefined means its default. */
export type GivenOptions<Table extends OptionTable> = {
  readonly [Name in keyof Table]?: ResolvedOptions<Table>[Name] | undefined;
};

/**
 * Fills in defaults and returns the frozen options.
 *
 * @throws TypeError for an unknown option (with the nearest known name) or a value of the wrong kind.
 */
export function resolveOptions<Table extends OptionTable>(
  owner: string,
  table: Table,
  given: GivenOptions<Table> | undefined,
): ResolvedOptions<Table> {
  if (given !== undefined && (typeof given !== 'object' || given === null || Array.isArray(given))) {
    throw new TypeError(`Expected the options of ${owner} to be an object, got ${describe(given)}`);
  }
  for (const name of Object.keys(given ?? {})) {
    if (!Object.hasOwn(table, name)) {
      throw new TypeError(`Unknown option \`${name}\` of ${owner}.${didYouMean(name, Object.keys(table))}`);
    }
  }
  const resolved: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(table)) {
    const value = (given as Record<string, unknown> | undefined)?.[name];
    resolved[name] = value === undefined ? rule.default : checkOption(name, rule, value);
  }
  return Object.freeze(resolved) as ResolvedOptions<Table>;
}

function checkOption(name: string, rule: OptionRule<unknown>, value: unknown): unknown {
  if (rule.accepts(value)) return value;
  throw new TypeError(`Expected \`${name}\` to be ${rule.expected}, got ${describe(value)}`);
}

/** A whole number from `minimum` (1 unless told) up: a count, a size in bytes, a time in milliseconds. */
export function integer(
  defaultValue: number,
  minimum = 1,
  maximum = Number.MAX_SAFE_INTEGER,
): OptionRule<number> {
  const expected =
    minimum === 1 && maximum === Number.MAX_SAFE_INTEGER
      ? 'a positive integer'
      : `an integer from ${minimum}${maximum === Number.MAX_SAFE_INTEGER ? ' up' : ` to ${maximum}`}`;
  return {
    default: defaultValue,
    expected,
    accepts: (value) =>
      Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum,
  };
}

/** The longest wait a Node timer can hold, in milliseconds; beyond it setTimeout fires at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/** A time in milliseconds that a timer can hold. */
export function milliseconds(defaultValue: number, minimum = 1): OptionRule<number> {
  return integer(defaultValue, minimum, MAX_TIMER_MS);
}

/** A value that passes `accepts`, described by `expected`. */
export function value<T>(
  defaultValue: T,
  expected: string,
  accepts: (value: unknown) => boolean,
): OptionRule<T> {
  return { default: defaultValue, expected, accepts };
}

/** A short picture of a value for a message: `"15s" (string)`. */
export function describe(given: unknown): string {
  if (given === null || given === undefined) return String(given);
  if (typeof given === 'string') return `${JSON.stringify(shorten(given))} (string)`;
  if (typeof given === 'function') return 'a function';
  if (typeof given === 'object') return Array.isArray(given) ? 'an array' : 'an object';
  return `${shorten(String(given))} (${typeof given})`;
}

/** At most 80 characters of a text that someone else chose. */
export function shorten(text: string): string {
  if (text.length <= 80) return text;
  // Not between the two halves of a surrogate pair: a lone one becomes U+FFFD on the wire.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(78)) ? 78 : 79;
  return `${text.slice(0, end)}…`;
}
