import { type EndReason, type Outlet, OutletWrapper } from 'holdfast';

/** Says when a stream has closed, why, and how long it lived. */
export class LoggedOutlet extends OutletWrapper {
  readonly #name: string;
  readonly #log: (line: string) => void;
  readonly #openedMs = performance.now();

  constructor(inner: Outlet, name: string, log: (line: string) => void) {
    super(inner);
    this.#name = name;
    this.#log = log;
  }

  override onClose(reason: EndReason): void {
    const seconds = ((performance.now() - this.#openedMs) / 1000).toFixed(1);
    this.#log(`${this.#name} closed after ${seconds} s: ${reason}`);
    super.onClose(reason);
  }
}
