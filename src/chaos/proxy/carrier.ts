// The connections of one process: takes clients, connects upstream for each, and puts the faults on all of them.

import { connect, type Socket } from 'node:net';
import type { AnyFaultKind, Fault } from '../fault.ts';
import { faultKinds } from '../faults/kinds.ts';
import type { Cut } from '../shaper.ts';
import { Connection, type ConnectionSettings } from './connection.ts';

export interface CarrierOptions {
  readonly upstream: { readonly host: string; readonly port: number };
  readonly maxHeldBytes: number;
  readonly maxDarkMs: number;
}

export interface CarrierStats {
  /** Open now. */
  readonly connections: number;
  /** Carried in all, those that are open included. */
  readonly carried: number;
  readonly bytesDown: number;
  readonly bytesUp: number;
  /** Taken in the dark, and dropped. */
  readonly bytesSwallowed: number;
  readonly cuts: Readonly<Record<Cut, number>>;
}

export class Carrier {
  readonly #options: CarrierOptions;
  readonly #connections = new Set<Connection>();
  readonly #settings: ConnectionSettings;
  readonly #cuts: Record<Cut, number> = { fin: 0, reset: 0, dark: 0, forgotten: 0 };
  #faults: readonly Fault[] = [];
  #carried = 0;
  #bytesDown = 0;
  #bytesUp = 0;
  #bytesSwallowed = 0;

  constructor(options: CarrierOptions, onClose: () => void, kinds: readonly AnyFaultKind[] = faultKinds) {
    this.#options = options;
    this.#settings = {
      kinds,
      maxHeldBytes: options.maxHeldBytes,
      maxDarkMs: options.maxDarkMs,
      nowMs: () => performance.now(),
      onCut: (cut) => {
        this.#cuts[cut]++;
      },
      onBytes: (bytes, becameOf) => {
        if (becameOf === 'down') this.#bytesDown += bytes;
        else if (becameOf === 'up') this.#bytesUp += bytes;
        else this.#bytesSwallowed += bytes;
      },
      onClose: (connection) => {
        this.#connections.delete(connection);
        onClose();
      },
    };
  }

  get stats(): CarrierStats {
    return {
      connections: this.#connections.size,
      carried: this.#carried,
      bytesDown: this.#bytesDown,
      bytesUp: this.#bytesUp,
      bytesSwallowed: this.#bytesSwallowed,
      cuts: { ...this.#cuts },
    };
  }

  take(client: Socket, number: number): void {
    this.#carried++;
    client.allowHalfOpen = true;
    client.setNoDelay(true);
    const upstream = connect({ ...this.#options.upstream, allowHalfOpen: true, noDelay: true });
    const connection = new Connection(number, client, upstream, this.#settings);
    this.#connections.add(connection);
    connection.apply(this.#faults);
  }

  apply(faults: readonly Fault[]): void {
    // One object for one fault: what has not changed goes on as it is, whichever way the list came here.
    const kept = new Map(this.#faults.map((fault) => [JSON.stringify(fault), fault]));
    this.#faults = faults.map((fault) => kept.get(JSON.stringify(fault)) ?? fault);
    for (const connection of this.#connections) connection.apply(this.#faults);
  }

  close(): void {
    for (const connection of this.#connections) connection.destroy();
  }
}

/** The stats of several carriers as those of one. */
export function sumStats(all: readonly CarrierStats[]): CarrierStats {
  const sum = (of: (stats: CarrierStats) => number) => all.reduce((total, stats) => total + of(stats), 0);
  return {
    connections: sum(({ connections }) => connections),
    carried: sum(({ carried }) => carried),
    bytesDown: sum(({ bytesDown }) => bytesDown),
    bytesUp: sum(({ bytesUp }) => bytesUp),
    bytesSwallowed: sum(({ bytesSwallowed }) => bytesSwallowed),
    cuts: {
      fin: sum(({ cuts }) => cuts.fin),
      reset: sum(({ cuts }) => cuts.reset),
      dark: sum(({ cuts }) => cuts.dark),
      forgotten: sum(({ cuts }) => cuts.forgotten),
    },
  };
}
