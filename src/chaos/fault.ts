// A fault as it is configured: a kind, whom it hits, and its options. Plain data, so that it travels between processes
// and over HTTP as it is.

import { HoldfastError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { integer, type OptionTable, type ResolvedOptions, resolveOptions, value } from '../base/options.ts';
import type { Shaper } from './shaper.ts';

/** `down`: what goes to clients. `up`: what goes upstream. */
export type Direction = 'down' | 'up' | 'both';

// biome-ignore lint/suspicious/noExplicitAny: a list mixes kinds with options of their own.
export type AnyFaultKind = FaultKind<any>;

/** One kind of fault. It stands in a file of its own in `faults/`. */
export interface FaultKind<Table extends OptionTable> {
  readonly kind: string;
  /** One line for lists and documents. */
  readonly summary: string;
  /** Whether bytes may be lost by it. One that only shapes may be added, changed and removed at any time without loss. */
  readonly losesBytes: boolean;
  readonly options: Table;
  /** Where nothing else is said: the direction in which it mostly matters. */
  readonly direction: Direction;
  /** @param random - of this fault, connection and direction: the same seed gives the same numbers. */
  shape(options: ResolvedOptions<Table>, random: () => number, nowMs: number): Shaper;
}

/** Lets the options of a kind be inferred from its table. */
export function faultKind<const Table extends OptionTable>(kind: FaultKind<Table>): FaultKind<Table> {
  return kind;
}

export interface Fault {
  readonly name: string;
  readonly kind: string;
  readonly direction: Direction;
  /** The share of connections that it hits, from 0 to 1; drawn once for each connection. */
  readonly probability: number;
  readonly seed: number;
  /** As the kind's table has them, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What is given to make a fault, or to change one. */
export interface GivenFault {
  readonly name?: string | undefined;
  readonly kind: string;
  readonly direction?: Direction | undefined;
  readonly probability?: number | undefined;
  readonly seed?: number | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

const directions = ['down', 'up', 'both'];

const common = {
  direction: value('both', 'down, up or both', (given) => directions.includes(given as string)),
  probability: value(
    1,
    'a share from 0 to 1',
    (given) => typeof given === 'number' && given >= 0 && given <= 1,
  ),
  seed: integer(1, 0, 0xffff_ffff),
  name: value('', '1 to 64 letters, digits, dots and dashes', (given) =>
    /^[\w.-]{1,64}$/.test(String(given)),
  ),
} as const satisfies OptionTable;

/**
 * Checks what was given, and fills in the rest.
 *
 * @throws HoldfastError ERR_BAD_FAULT that says what is wrong.
 */
export function makeFault(kinds: readonly AnyFaultKind[], given: GivenFault): Fault {
  const kind = kindOf(kinds, given.kind);
  const { options = {}, kind: _, ...rest } = given;
  try {
    const { direction, ...others } = resolveOptions(`the fault ${kind.kind}`, common, {
      direction: kind.direction,
      name: kind.kind,
      ...withoutUndefined(rest),
    });
    const resolved = resolveOptions(`the fault ${kind.kind}`, kind.options as OptionTable, options);
    return Object.freeze({
      ...others,
      kind: kind.kind,
      direction: direction as Direction,
      options: resolved,
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const names = Object.keys(kind.options);
    throw badFault(error.message, `It takes ${names.length === 0 ? 'no options' : names.join(', ')}`);
  }
}

/** @throws HoldfastError ERR_BAD_FAULT with the nearest name. */
export function kindOf(kinds: readonly AnyFaultKind[], name: string): AnyFaultKind {
  const names = kinds.map(({ kind }) => kind);
  const kind = kinds.find((known) => known.kind === name);
  if (kind !== undefined) return kind;
  throw badFault(
    `There is no fault ${JSON.stringify(name)}.${didYouMean(String(name), names)}`,
    `There are ${names.join(', ')}`,
  );
}

export function badFault(message: string, help: string): HoldfastError {
  return new HoldfastError('ERR_BAD_FAULT', message, help);
}

function withoutUndefined<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, item]) => item !== undefined)) as Partial<T>;
}
