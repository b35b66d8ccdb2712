// One connection through the proxy: a client, its upstream, and a lane in each direction. It knows how to end them: by
// what the sides do, and by what a fault asks for.
//
//   client --up--> upstream         FIN of one side is passed on when all before it has left; RST is passed on at once.
//   client <--down-- upstream       dark: what comes is dropped, and nobody is told, for `maxDarkMs` at the most.

import type { Socket } from 'node:net';
import { chance, textSeed } from '../chance.ts';
import { type AnyFaultKind, type Direction, type Fault, kindOf } from '../fault.ts';
import type { Cut, Shaper } from '../shaper.ts';
import { Lane, type LaneOwner } from './lane.ts';
import { resetSocket } from './reset-socket.ts';

/** How long a side that got FIN may take to close before it is dropped. */
const LINGER_MS = 5000;

export interface ConnectionSettings {
  readonly kinds: readonly AnyFaultKind[];
  readonly maxHeldBytes: number;
  readonly maxDarkMs: number;
  readonly nowMs: () => number;
  readonly onCut: (cut: Cut) => void;
  readonly onBytes: (bytes: number, becameOf: 'down' | 'up' | 'swallowed') => void;
  readonly onClose: (connection: Connection) => void;
}

export class Connection implements LaneOwner {
  /** Of all connections of the proxy, in the order of their coming: what faults draw their chance by. */
  readonly number: number;
  readonly openedMs: number;
  movedMs: number;
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #settings: ConnectionSettings;
  readonly #down: Lane;
  readonly #up: Lane;
  #faults: readonly Fault[] = [];
  #dark: 'dark' | 'forgotten' | undefined;
  #hasSwallowed = false;
  #isEnding = false;
  #timer: NodeJS.Timeout | undefined;
  #open = 2;

  constructor(number: number, client: Socket, upstream: Socket, settings: ConnectionSettings) {
    this.number = number;
    this.#client = client;
    this.#upstream = upstream;
    this.#settings = settings;
    this.openedMs = settings.nowMs();
    this.movedMs = this.openedMs;
    const { maxHeldBytes, nowMs } = settings;
    const common = { maxHeldBytes, nowMs };
    this.#down = new Lane(this, {
      ...common,
      source: upstream,
      sink: client,
      shape: (fault, nowMs) => this.#shape(fault, 0, nowMs),
    });
    this.#up = new Lane(this, {
      ...common,
      source: client,
      sink: upstream,
      shape: (fault, nowMs) => this.#shape(fault, 1, nowMs),
    });
    this.#listen(client, 'up', this.#up, this.#down);
    this.#listen(upstream, 'down', this.#down, this.#up);
  }

  /** Puts on the faults of the proxy, as far as chance has it that they hit this connection. */
  apply(faults: readonly Fault[]): void {
    if (this.#isEnding) return;
    this.#faults = faults.filter(({ probability, seed }) => chance(seed, this.number)() < probability);
    // Nothing is missing yet: it may go on.
    if (this.#dark !== undefined && !this.#hasSwallowed) this.#dark = undefined;
    if (this.#dark !== undefined) return;
    clearTimeout(this.#timer);
    this.#down.apply(this.#faults.filter(({ direction }) => direction !== 'up'));
    if (this.#dark !== undefined || this.#isEnding) return;
    this.#up.apply(this.#faults.filter(({ direction }) => direction !== 'down'));
  }

  /** What a fault asks for. */
  cut(cut: Cut, direction: Direction): void {
    if (this.#isEnding || this.#dark !== undefined) return;
    this.#settings.onCut(cut);
    if (cut === 'dark' || cut === 'forgotten') this.#goDark(cut);
    else this.#end(cut, direction);
  }

  /** Drops both sides at once: with RST, since the proxy itself goes. */
  destroy(): void {
    this.#isEnding = true;
    this.#closeLanes();
    for (const socket of [this.#client, this.#upstream]) resetSocket(socket);
  }

  #shape(fault: Fault, lane: number, nowMs: number): Shaper {
    const random = chance(fault.seed, this.number, lane, textSeed(fault.name));
    return kindOf(this.#settings.kinds, fault.kind).shape(fault.options, random, nowMs);
  }

  #listen(source: Socket, direction: 'down' | 'up', outgoing: Lane, incoming: Lane): void {
    source.on('data', (bytes: Buffer) => {
      if (this.#isEnding || this.#swallows(source, bytes.length)) return;
      this.movedMs = this.#settings.nowMs();
      this.#settings.onBytes(bytes.length, direction);
      outgoing.take(bytes);
    });
    source.on('end', () => {
      if (!this.#isEnding && !this.#swallows(source, 0)) outgoing.takeEnd();
    });
    source.on('drain', () => incoming.goOn());
    source.on('error', () => this.#fail(source));
    source.on('close', () => this.#closed());
  }

  /** What comes in the dark is dropped; one that was forgotten hears so. */
  #swallows(source: Socket, bytes: number): boolean {
    if (this.#dark === undefined) return false;
    this.#hasSwallowed = true;
    this.#settings.onBytes(bytes, 'swallowed');
    if (this.#dark === 'forgotten') resetSocket(source);
    return true;
  }

  /** A side is gone with an error, which is a reset for the other. */
  #fail(source: Socket): void {
    if (this.#isEnding || this.#dark !== undefined) {
      this.#hasSwallowed = true;
      return;
    }
    this.#isEnding = true;
    this.#closeLanes();
    resetSocket(source === this.#client ? this.#upstream : this.#client);
  }

  #goDark(cut: 'dark' | 'forgotten'): void {
    this.#dark = cut;
    for (const socket of [this.#client, this.#upstream]) socket.resume();
    this.#timer = setTimeout(() => this.destroy(), this.#settings.maxDarkMs);
  }

  #end(cut: 'fin' | 'reset', direction: Direction): void {
    this.#isEnding = true;
    this.#closeLanes();
    const sides = [
      [this.#client, direction !== 'up'],
      [this.#upstream, direction !== 'down'],
    ] as const;
    for (const [socket, isAimedAt] of sides) {
      if (cut === 'reset' && isAimedAt) resetSocket(socket);
      else {
        socket.end();
        // Closed with unread bytes, it would send RST.
        socket.resume();
      }
    }
    this.#timer = setTimeout(() => {
      for (const [socket] of sides) socket.destroy();
    }, LINGER_MS);
  }

  #closeLanes(): void {
    clearTimeout(this.#timer);
    this.#down.close();
    this.#up.close();
  }

  #closed(): void {
    this.#open--;
    if (this.#open > 0) return;
    this.#closeLanes();
    this.#settings.onClose(this);
  }
}
