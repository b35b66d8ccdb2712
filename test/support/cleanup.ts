// What is to be undone at the end. A test's context takes it, and so does this class where no test runs.

export interface Cleanup {
  /** Runs at the end, however that came. */
  after(undo: () => unknown): void;
}

/** Undoes in reverse order; one that fails keeps none of the others from running. */
export class CleanupStack implements Cleanup {
  readonly #undos: (() => unknown)[] = [];

  after(undo: () => unknown): void {
    this.#undos.push(undo);
  }

  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'Not everything could be undone');
  }
}
