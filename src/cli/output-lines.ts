// Standard output for a command that writes for as long as somebody reads: it waits for a reader that is slow, and
// tells when there is none any more (`| head -3`), which is no failure.

import { HoldfastError } from '../base/errors.ts';

export class OutputLines {
  readonly #stream: NodeJS.WriteStream;
  readonly #onGone: () => void;
  #error: NodeJS.ErrnoException | undefined;
  #wake: (() => void) | undefined;

  /** @param onGone called once nothing more can be written */
  constructor(stream: NodeJS.WriteStream, onGone: () => void) {
    this.#stream = stream;
    this.#onGone = onGone;
    stream.on('error', this.#onError);
    stream.on('drain', this.#onDrain);
  }

  /** Nobody takes what is written any more. */
  get isGone(): boolean {
    return this.#error !== undefined;
  }

  /** Resolves when the next text may be written. */
  async write(text: string): Promise<void> {
    if (this.#error !== undefined || this.#stream.write(text)) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /**
   * Lets go of the stream.
   *
   * @throws HoldfastError ERR_FILE when it took no more for another reason than that its reader is gone.
   */
  finish(): void {
    this.#stream.off('error', this.#onError);
    this.#stream.off('drain', this.#onDrain);
    if (this.#error === undefined || this.#error.code === 'EPIPE') return;
    throw new HoldfastError(
      'ERR_FILE',
      `The output cannot be written: ${this.#error.message}`,
      'Make room where it goes, and go on with --last-event-id',
      { cause: this.#error },
    );
  }

  readonly #onDrain = (): void => this.#wake?.();

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#error ??= error;
    this.#wake?.();
    this.#onGone();
  };
}
