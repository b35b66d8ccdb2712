// The faults that are on, by name and in the order in which they were put on.

import { HoldfastError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { type AnyFaultKind, badFault, type Fault, type GivenFault, makeFault } from './fault.ts';

const MAX_FAULTS = 100;

export class FaultTable {
  readonly #kinds: readonly AnyFaultKind[];
  #faults: readonly Fault[] = [];

  constructor(kinds: readonly AnyFaultKind[]) {
    this.#kinds = kinds;
  }

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  /** @throws HoldfastError ERR_BAD_FAULT. */
  add(given: GivenFault): Fault {
    const fault = makeFault(this.#kinds, { ...given, name: given.name ?? this.#freeName(given.kind) });
    if (this.#faults.some(({ name }) => name === fault.name)) {
      throw badFault(
        `There is a fault named ${JSON.stringify(fault.name)} already`,
        'Change or remove it, or give this one another name',
      );
    }
    if (this.#faults.length >= MAX_FAULTS)
      throw badFault(`There are ${MAX_FAULTS} faults`, 'Remove some first');
    this.#faults = [...this.#faults, fault];
    return fault;
  }

  /** Changes what is given, and leaves the rest as it is. @throws HoldfastError ERR_BAD_FAULT, ERR_NO_SUCH_FAULT. */
  change(name: string, given: Omit<GivenFault, 'kind' | 'name'>): Fault {
    const before = this.get(name);
    const fault = makeFault(this.#kinds, {
      ...before,
      ...given,
      options: { ...before.options, ...given.options },
    });
    this.#faults = this.#faults.map((other) => (other === before ? fault : other));
    return fault;
  }

  /** @throws HoldfastError ERR_NO_SUCH_FAULT. */
  remove(name: string): Fault {
    const fault = this.get(name);
    this.#faults = this.#faults.filter((other) => other !== fault);
    return fault;
  }

  clear(): void {
    this.#faults = [];
  }

  /** @throws HoldfastError ERR_NO_SUCH_FAULT. */
  get(name: string): Fault {
    const fault = this.#faults.find((known) => known.name === name);
    if (fault !== undefined) return fault;
    const names = this.#faults.map((known) => known.name);
    throw new HoldfastError(
      'ERR_NO_SUCH_FAULT',
      `There is no fault named ${JSON.stringify(name)}.${didYouMean(name, names)}`,
      names.length === 0 ? 'None is on' : `There are ${names.join(', ')}`,
    );
  }

  /** `latency`, then `latency-2`. */
  #freeName(kind: string): string {
    for (let n = 1; ; n++) {
      const name = n === 1 ? kind : `${kind}-${n}`;
      if (!this.#faults.some((fault) => fault.name === name)) return name;
    }
  }
}
