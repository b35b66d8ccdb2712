// The options of a command as a table of rows, and the one mechanism that turns rows into commander options.
// Parsing, `--help` and docs/cli.md all come from the same rows. A row that sets an option of the hub takes
// its default and its check from the hub's own option table, so that neither is written twice.

import { type Command, Option } from '@commander-js/extra-typings';
import { formatByteSize, parseByteSize } from '../base/byte-size.ts';
import { formatDuration, parseDuration } from '../base/duration.ts';
import type { OptionRule, OptionTable } from '../base/options.ts';
import { usageError } from './usage-failure.ts';

interface RowBasics {
  readonly flag: `--${string}`;
  /** The name of the value for the code: for an option of the hub, the hub's name for it. */
  readonly option: string;
  readonly description: string;
}

type QuantityRow = RowBasics & {
  readonly kind: 'duration' | 'bytes' | 'count';
  /** What `auto` stands for; then `auto` is accepted, and the default. */
  readonly auto?: string;
  /** It may be left out, and is undefined then. */
  readonly optional?: true;
};

type TextRow = RowBasics & {
  readonly kind: 'text';
  /** What the value is called in `--help`. */
  readonly placeholder: string;
  readonly default?: string;
  readonly choices?: readonly string[];
};

type ListRow = RowBasics & {
  readonly kind: 'list';
  readonly placeholder: string;
  /** What one value has to be; the hub's own words are about the whole list. */
  readonly expected: string;
};

type FlagRow = RowBasics & { readonly kind: 'flag' };

export type OptionRow = QuantityRow | TextRow | ListRow | FlagRow;

type RowValue<Row> = Row extends { kind: 'flag' }
  ? true | undefined
  : Row extends { kind: 'list' }
    ? readonly string[] | undefined
    : Row extends { kind: 'text' }
      ? Row extends { default: string }
        ? string
        : string | undefined
      : Row extends { auto: string }
        ? number | 'auto'
        : Row extends { optional: true }
          ? number | undefined
          : number;

/** The values that a table of rows gives, by option name. */
export type RowValues<Rows extends readonly OptionRow[]> = {
  readonly [Row in Rows[number] as Row['option']]: RowValue<Row>;
};

/** Adds a table of rows to a command, which then hands their values to its action. */
export function addOptions<
  // biome-ignore lint/suspicious/noExplicitAny: the arguments of a command have any types.
  Args extends any[],
  const Rows extends readonly OptionRow[],
>(command: Command<Args>, rows: Rows, rules: OptionTable = {}): Command<Args, RowValues<Rows>> {
  for (const row of rows) command.addOption(optionFor(row, rules[row.option]));
  return command as unknown as Command<Args, RowValues<Rows>>;
}

const quantities = {
  duration: {
    placeholder: 'duration',
    parse: parseDuration,
    format: formatDuration,
    unit: ' in milliseconds',
  },
  bytes: { placeholder: 'size', parse: parseByteSize, format: formatByteSize, unit: ' in bytes' },
  count: { placeholder: 'n', parse: parseCount, format: String, unit: '' },
};

function optionFor(row: OptionRow, rule: OptionRule<unknown> | undefined): Option {
  if (row.kind === 'flag') return new RowOption(row.flag, row);
  if (row.kind === 'text') {
    return new RowOption(`${row.flag} <${row.placeholder}>`, row)
      .default(row.default, row.default)
      .argParser((text) => oneOf(row, text));
  }
  if (row.kind === 'list') {
    // Not shown: an empty list is no default that a reader could learn from.
    return new RowOption(`${row.flag} <${row.placeholder}>`, row)
      .default(undefined)
      .argParser((text, before: readonly string[] | undefined) =>
        checked(row, rule, text, [...(before ?? []), text]),
      );
  }
  const { placeholder, parse, format } = quantities[row.kind];
  const option = new RowOption(`${row.flag} <${placeholder}>`, row).argParser((text) =>
    row.auto !== undefined && text === 'auto' ? text : checked(row, rule, text, read(row, parse, text)),
  );
  if (row.auto !== undefined) return option.default('auto', `auto: ${row.auto}`);
  if (row.optional) return option;
  if (rule === undefined)
    throw new Error(`The row ${row.flag} names no option with a default: ${row.option}`);
  return option.default(rule.default, format(rule.default as number));
}

/** The values that a table gives for an option to choose from; none where it takes any. */
export function valuesOf(option: Option): readonly string[] {
  return option instanceof RowOption ? option.values : [];
}

// commander would name the value for the flag; the rows name it for the code.
class RowOption extends Option<string> {
  /** What a shell may complete its value with; commander's own `argChoices` would say them twice in `--help`. */
  readonly values: readonly string[];
  readonly #name: string;

  constructor(flags: string, row: RowBasics & { readonly choices?: readonly string[] }) {
    super(flags, row.description);
    this.#name = row.option;
    this.values = row.choices ?? [];
  }

  override attributeName(): string {
    return this.#name;
  }
}

function read(row: RowBasics, parse: (text: string) => number, text: string): number {
  try {
    return parse(text);
  } catch (error) {
    throw usageError(`Option ${row.flag} is not usable: ${(error as RangeError).message}`, seeHelp);
  }
}

function checked<T>(
  row: QuantityRow | ListRow,
  rule: OptionRule<unknown> | undefined,
  text: string,
  value: T,
): T {
  if (rule === undefined || rule.accepts(value)) return value;
  const expected = row.kind === 'list' ? row.expected : `${rule.expected}${quantities[row.kind].unit}`;
  throw usageError(`Option ${row.flag} cannot be ${JSON.stringify(text)}: expected ${expected}`, seeHelp);
}

function oneOf(row: TextRow, text: string): string {
  if (row.choices === undefined || row.choices.includes(text)) return text;
  throw usageError(
    `Option ${row.flag} cannot be ${JSON.stringify(text)}`,
    row.choices.length === 1
      ? `For now it takes only \`${row.choices[0]}\``
      : `Use ${row.choices.join(', ')}`,
  );
}

function parseCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new RangeError(`Expected a whole number such as 1000, got ${JSON.stringify(text)}`);
}

const seeHelp = 'See the `--help` of the command';
