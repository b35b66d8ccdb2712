// Closes the listener of a process that is full, so that others of the hub get the connections, and opens it again when
// there is room. The last one that would close stays, and its streams are answered 503: a connection that nobody accepts
// is a client that hangs.
//
//   open --full, and not the last--> closed --at 95 % of what it may hold, or told to--> open

/** A full process that has lost a twentieth of its streams takes new ones. */
const REOPEN_SHARE = 0.95;
/** After a connection: how soon it is looked at whether that was the last one. */
const CLOSE_CHECK_MS = 50;
const REOPEN_CHECK_MS = 250;

/** How full a process is. */
export interface Fill {
  readonly used: number;
  readonly most: number;
}

export interface GateOptions {
  /** How full the process is, of streams and of connections. */
  readonly fills: () => Promise<readonly Fill[]>;
  /** Asks whether others take the connections meanwhile. */
  readonly mayClose: () => Promise<boolean>;
  readonly close: () => void;
  readonly open: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export class ListenGate {
  readonly #options: GateOptions;
  #timer: NodeJS.Timeout | undefined;
  #isOpen = true;
  // Told to open, however full; tried again until it is.
  #mustOpen = false;
  #opening: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** There is a connection more. */
  noteConnection(): void {
    this.#check(CLOSE_CHECK_MS);
  }

  /** Opens whatever the process holds. When that fails it rejects, and is tried again. */
  async open(): Promise<void> {
    if (this.#isOpen || this.#isStopped) return;
    this.#mustOpen = true;
    this.#opening ??= this.#open();
    await this.#opening;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #check(afterMs: number): void {
    if (this.#timer !== undefined || this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#look().catch(this.#options.onError);
    }, afterMs).unref();
  }

  async #open(): Promise<void> {
    try {
      await this.#options.open();
      this.#isOpen = true;
      this.#mustOpen = false;
      // What was stopped meanwhile stays closed.
      if (this.#isStopped) this.#options.close();
    } finally {
      this.#opening = undefined;
      if (!this.#isOpen) this.#check(REOPEN_CHECK_MS);
    }
  }

  async #look(): Promise<void> {
    try {
      await this.#decide();
    } finally {
      this.#timer = undefined;
      if (!this.#isOpen) this.#check(REOPEN_CHECK_MS);
    }
  }

  async #decide(): Promise<void> {
    const { fills, mayClose, close } = this.#options;
    const wasOpen = this.#isOpen;
    const now = await fills();
    const isFull = now.some(({ used, most }) => used >= most);
    const hasRoom = now.every(({ used, most }) => used <= Math.floor(most * REOPEN_SHARE) && used < most);
    const closes = wasOpen && isFull && (await mayClose().catch(() => false));
    if (this.#isStopped || this.#isOpen !== wasOpen) return;
    if (closes) {
      this.#isOpen = false;
      close();
    }
    if (!this.#isOpen && (hasRoom || this.#mustOpen)) await this.open();
  }
}
