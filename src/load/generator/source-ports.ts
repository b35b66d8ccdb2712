// Local ends for connections of one process: an address and a port, chosen here and not by the kernel. For a socket
// that is bound to an address it looks through the ports one by one: with 17,000 of 28,000 taken, 51,283 connects took
// a minute, and the ports so bound were lost to every other connect of the machine.

const FIRST_PORT = 10_000;
const LAST_PORT = 64_999;

export interface LocalEnd {
  readonly address: string;
  readonly port: number;
}

export class SourcePorts {
  readonly #addresses: readonly string[];
  readonly #firstPort: number;
  readonly #portCount: number;
  #next = 0;

  /** Process `index` of `processes` has ports of its own, so that no two of them choose the same end. */
  constructor(addresses: readonly string[], index: number, processes: number) {
    this.#addresses = addresses;
    this.#portCount = Math.floor((LAST_PORT - FIRST_PORT + 1) / processes);
    this.#firstPort = FIRST_PORT + index * this.#portCount;
  }

  /** The next end in turn; the one that was given longest ago comes again last. */
  next(): LocalEnd {
    const { length } = this.#addresses;
    const address = this.#addresses[this.#next % length]!;
    const port = this.#firstPort + (Math.floor(this.#next / length) % this.#portCount);
    this.#next = (this.#next + 1) % (length * this.#portCount);
    return { address, port };
  }
}
