// The seam of the faults beside the proxy: what happens to a process, a machine or a network. Each says in one line why
// it cannot be made here, where it cannot, and gives back what undoes it.

import { HoldfastError } from '../../base/errors.ts';
import { type OptionTable, type ResolvedOptions, resolveOptions } from '../../base/options.ts';
import { badFault } from '../fault.ts';

/** Undoes a fault. */
export type Undo = () => Promise<void>;

/** A fault that was made; undoing it a second time does nothing. */
export interface MadeFault {
  (): Promise<void>;
  /** Whether anything is left to undo: a process that was killed stays dead. */
  readonly isNeeded: boolean;
}

export interface SystemFaultKind<Table extends OptionTable> {
  readonly kind: string;
  readonly summary: string;
  readonly options: Table;
  /** Options that must be given. */
  readonly required: readonly (keyof Table & string)[];
  /** What of it has nothing to do with its options: why it can never be made here. */
  readonly needs?: () => string | undefined;
  /** Why it cannot be made here, in one line; undefined where it can. */
  unavailable(options: ResolvedOptions<Table>): string | undefined;
  /** @throws HoldfastError ERR_FAULT_FAILED; nothing of the fault is left then. */
  make(options: ResolvedOptions<Table>): Promise<Undo>;
}

// biome-ignore lint/suspicious/noExplicitAny: a list mixes kinds with options of their own.
export type AnySystemFaultKind = SystemFaultKind<any>;

export function systemFaultKind<const Table extends OptionTable>(
  kind: SystemFaultKind<Table>,
): SystemFaultKind<Table> {
  return kind;
}

/**
 * Checks the options, and whether the fault can be made here.
 *
 * @throws HoldfastError ERR_BAD_FAULT, ERR_FAULT_UNAVAILABLE.
 */
export function checkSystemFault<Table extends OptionTable>(
  kind: SystemFaultKind<Table>,
  given: Readonly<Record<string, unknown>>,
): ResolvedOptions<Table> {
  const missing = kind.required.find((name) => given[name] === undefined);
  if (missing !== undefined) throw badFault(`The fault ${kind.kind} needs \`${missing}\``, kind.summary);
  let options: ResolvedOptions<Table>;
  try {
    options = resolveOptions(`the fault ${kind.kind}`, kind.options, given as never);
  } catch (error) {
    throw badFault((error as Error).message, `It takes ${Object.keys(kind.options).join(', ')}`);
  }
  const why = kind.unavailable(options);
  if (why === undefined) return options;
  throw new HoldfastError(
    'ERR_FAULT_UNAVAILABLE',
    `The fault ${kind.kind} cannot be made here: ${why}`,
    'Run where that is there',
  );
}

/** Makes the fault. @throws HoldfastError ERR_BAD_FAULT, ERR_FAULT_UNAVAILABLE, ERR_FAULT_FAILED. */
export async function makeSystemFault<Table extends OptionTable>(
  kind: SystemFaultKind<Table>,
  given: Readonly<Record<string, unknown>>,
): Promise<MadeFault> {
  const undo = await kind.make(checkSystemFault(kind, given));
  let undone: Promise<void> | undefined;
  const undoOnce = () => {
    undone ??= undo();
    return undone;
  };
  return Object.assign(undoOnce, { isNeeded: undo !== nothingToUndo });
}

/** Nothing is left to undo. */
export const nothingToUndo: Undo = async () => {};

export function faultFailed(what: string, cause: unknown): HoldfastError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError('ERR_FAULT_FAILED', `${what}: ${why}`, 'See docs/chaos.md', { cause });
}
