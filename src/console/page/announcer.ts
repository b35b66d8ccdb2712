// What a screen reader is told: never more than one sentence in a few seconds, however much happens. The last of what
// came meanwhile is said, with how much was not.

const PAUSE_MS = 5000;

export class Announcer {
  readonly #region: HTMLElement;
  #waiting: string | undefined;
  #unsaid = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param region an element with `aria-live`, which nobody else writes to */
  constructor(region: HTMLElement) {
    this.#region = region;
  }

  say(words: string): void {
    if (this.#timer === undefined) {
      this.#put(words);
      return;
    }
    if (this.#waiting !== undefined) this.#unsaid++;
    this.#waiting = words;
  }

  #put(words: string): void {
    this.#region.textContent = words;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const [waiting, unsaid] = [this.#waiting, this.#unsaid];
      this.#waiting = undefined;
      this.#unsaid = 0;
      if (waiting !== undefined) this.#put(unsaid === 0 ? waiting : `${waiting} And ${unsaid} more notices.`);
    }, PAUSE_MS);
  }
}
