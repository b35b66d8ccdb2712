// Which types the events of a stream have. A browser hands over only the types that a page asks for by name, so this
// reads what came lately once more by fetch, and looks at nothing but its `event` lines. It goes on after the last
// position that it saw, so that a look costs what came since the last one, and is cut where that is much.

const LOOK_TIMEOUT_MS = 3000;
/** A stream of history pauses only where it is at its end. */
const QUIET_MS = 400;
const MAX_LOOK_CHARS = 256 * 1024;
/** Positions before the first look's. */
const FIRST_LOOK_BACK = 2000;
const MAX_LINE_CHARS = 1024;

export class TypeFinder {
  readonly #url: string;
  readonly #signal: AbortSignal;
  readonly #onType: (type: string) => void;
  #position: string | undefined;
  /** Where the hub was when a look began: there it ends. */
  #head: string | undefined;
  #isLooking = false;

  /** @param url the stream's, with the topics in its query */
  constructor(url: string, signal: AbortSignal, onType: (type: string) => void) {
    this.#url = url;
    this.#signal = signal;
    this.#onType = onType;
  }

  /** Never throws: what keeps the stream from being read, the stream itself says. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      if (this.#position === undefined) {
        // A fresh stream begins with the position that the hub is at.
        await this.#read('', () => this.#position !== undefined);
        this.#position = lookedBack(this.#position);
      }
      if (this.#position !== undefined) {
        this.#head = undefined;
        await this.#read(
          `&lastEventId=${encodeURIComponent(this.#position)}`,
          (line) => line === '' && this.#isAtHead(),
        );
        // A look that was cut leaves out what is between.
        this.#position = this.#head ?? this.#position;
      }
    } catch {
      // No answer, or cut: the next look is soon.
    } finally {
      this.#isLooking = false;
    }
  }

  async #read(resume: string, isEnough: (line: string) => boolean): Promise<void> {
    const stop = new AbortController();
    const limits = AbortSignal.any([this.#signal, stop.signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)]);
    let quiet: ReturnType<typeof setTimeout> | undefined;
    try {
      const answer = await fetch(this.#url + resume, { signal: limits, cache: 'no-store' });
      if (!answer.ok || answer.body === null) return;
      let chars = 0;
      let rest = '';
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      while (chars < MAX_LOOK_CHARS) {
        quiet = setTimeout(() => stop.abort(), QUIET_MS);
        const { done, value } = await reader.read();
        clearTimeout(quiet);
        if (done) return;
        chars += value.length;
        const lines = (rest + value).split('\n');
        // Nothing that is looked for has a line so long.
        rest = lines.pop()!.slice(0, MAX_LINE_CHARS);
        for (const line of lines) {
          this.#readLine(line);
          // The end of a block is an empty line; what stands before it has been read.
          if (isEnough(line.trimEnd())) return;
        }
      }
    } finally {
      clearTimeout(quiet);
      stop.abort();
    }
  }

  #isAtHead(): boolean {
    return this.#head !== undefined && seqOf(this.#position) >= seqOf(this.#head);
  }

  #readLine(line: string): void {
    const [, name = '', value = ''] = /^(id|event|data): ?(.*?)\r?$/.exec(line) ?? [];
    if (name === 'id') this.#position = value;
    // The one control event that has a head comes first, and no event of somebody else's is before it.
    if (name === 'data') this.#head ??= /^\{"kind":"resumed",.*"head":"([a-z0-9]+-\d+)"/.exec(value)?.[1];
    if (name === 'event' && value !== '' && value !== 'holdfast') this.#onType(value);
  }
}

const seqOf = (position: string | undefined) => Number(/-(\d+)$/.exec(position ?? '')?.[1] ?? 0);

function lookedBack(position: string | undefined): string | undefined {
  const [, epoch, seq] = /^([a-z0-9]+)-(\d+)$/.exec(position ?? '') ?? [];
  return epoch === undefined ? undefined : `${epoch}-${Math.max(Number(seq) - FIRST_LOOK_BACK, 0)}`;
}
