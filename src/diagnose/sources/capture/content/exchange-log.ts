// The exchanges of one connection. One that has many keeps those that are open or ended oddly, and the latest.

import type { Exchange, Side } from '../../../evidence.ts';
import type { Allowance } from '../flow/allowance.ts';
import { ExchangeState } from './exchange-state.ts';

const MAX_EXCHANGES = 256;
// Kept whatever the other connections keep.
const SURE_EXCHANGES = 4;

export class ExchangeLog {
  leftOut = 0;
  readonly #exchanges: ExchangeState[] = [];
  readonly #allowance: Allowance;
  readonly #burstAllowance: Allowance;

  constructor(allowance: Allowance, burstAllowance: Allowance) {
    this.#allowance = allowance;
    this.#burstAllowance = burstAllowance;
  }

  begin(id: number, protocol: Exchange['protocol'], from: 0 | 1): ExchangeState {
    const exchange = new ExchangeState(id, protocol, from, this.#burstAllowance);
    const count = this.#exchanges.length;
    if (count >= SURE_EXCHANGES && (count >= MAX_EXCHANGES || !this.#allowance.take())) {
      const plain = this.#exchanges.findIndex((known) => known.isPlain);
      this.#exchanges.splice(Math.max(plain, 0), 1);
      this.leftOut++;
    }
    this.#exchanges.push(exchange);
    return exchange;
  }

  find(id: number): ExchangeState | undefined {
    return this.#exchanges.findLast((exchange) => exchange.id === id);
  }

  /** From here on nothing is known: that an exchange does not end proves nothing. */
  markOpen(): void {
    for (const exchange of this.#exchanges) if (exchange.complete === undefined) exchange.hasHoles = true;
  }

  toEvidence(source: number, sides: readonly [Side, Side]): Exchange[] {
    return this.#exchanges.map((exchange) => exchange.toEvidence(source, sides));
  }
}
