// Sends events in order, one request at a time, and gathers what comes meanwhile. It knows how many events the
// hub has acknowledged, and names the one that it refuses.

import { HoldfastError } from '../base/errors.ts';
import { mayBePublished, type PublishAnswer, type Refusal } from './publish-request.ts';

const MAX_GATHERED_EVENTS = 1000;
const MAX_GATHERED_BYTES = 1024 * 1024;

/** Publishes lines of NDJSON, all or none. */
export type PostLines = (body: string) => Promise<PublishAnswer>;

export interface PublishedLines {
  readonly count: number;
  readonly firstId: string | undefined;
  readonly lastId: string | undefined;
}

export class BatchSender implements PublishedLines {
  count = 0;
  firstId: string | undefined;
  lastId: string | undefined;
  readonly #postLines: PostLines;
  readonly #onFailure: () => void;
  #gathered: string[] = [];
  #gatheredBytes = 0;
  #underWay: Promise<void> | undefined;
  #failure: unknown;

  constructor(postLines: PostLines, onFailure: () => void) {
    this.#postLines = postLines;
    this.#onFailure = onFailure;
  }

  get isFull(): boolean {
    return this.#gathered.length >= MAX_GATHERED_EVENTS || this.#gatheredBytes >= MAX_GATHERED_BYTES;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  gather(event: string): void {
    this.#gathered.push(event);
    this.#gatheredBytes += Buffer.byteLength(event);
  }

  /** Sends what is gathered unless a request is under way, which sends it when it is answered. */
  flush(): void {
    if (this.#underWay !== undefined || this.#gathered.length === 0 || this.hasFailed) return;
    const batch = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#underWay = this.#publish(batch)
      .catch((error: unknown) => {
        this.#failure = error;
        this.#onFailure();
      })
      .then(() => {
        this.#underWay = undefined;
        this.flush();
      });
  }

  async untilRoom(): Promise<void> {
    this.flush();
    while (this.isFull && !this.hasFailed) await this.#underWay;
    if (this.hasFailed) throw this.#failure;
  }

  async finish(): Promise<void> {
    this.flush();
    while (this.#underWay !== undefined) await this.#underWay;
    if (this.hasFailed) throw this.#failure;
  }

  async #publish(events: readonly string[]): Promise<void> {
    const answer = await this.#post(events);
    if ('ids' in answer) {
      this.firstId ??= answer.ids[0];
      this.lastId = answer.ids.at(-1) ?? this.lastId;
      this.count += events.length;
      return;
    }
    const { refusal } = answer;
    if (events.length === 1 || !concernsOneEvent(refusal)) {
      throw lineFailure(this, `was refused: ${refusal.detail}`, refusal.help);
    }
    // One event made the hub refuse all of them. Halving finds it, and publishes those before it, as if
    // the lines had been sent one by one.
    const middle = events.length >> 1;
    await this.#publish(events.slice(0, middle));
    await this.#publish(events.slice(middle));
  }

  async #post(events: readonly string[]): Promise<PublishAnswer> {
    try {
      return await this.#postLines(`${events.join('\n')}\n`);
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      throw new HoldfastError(
        error.code,
        `${error.message}; ${publishedBefore(this)}${inDoubt(error, this.count + 1, events.length)}`,
        error.help,
        { cause: error },
      );
    }
  }
}

/** Not found, forbidden or not ready would be the answer to any other event as well. */
function concernsOneEvent(refusal: Refusal): boolean {
  return refusal.status === 400 || refusal.status === 409 || refusal.status === 413;
}

export function lineFailure(sender: PublishedLines, what: string, help: string): HoldfastError {
  return new HoldfastError(
    'ERR_REFUSED',
    `Line ${sender.count + 1} ${what.replace(/\.$/, '')}; ${publishedBefore(sender)}`,
    help,
  );
}

function inDoubt(error: HoldfastError, first: number, count: number): string {
  if (!mayBePublished(error)) return '';
  const lines = count === 1 ? `line ${first} is` : `lines ${first} to ${first + count - 1} are`;
  return `, and it is not known whether ${lines}`;
}

function publishedBefore({ count, lastId }: PublishedLines): string {
  if (count === 0) return 'no line is published';
  return count === 1
    ? `the line before is published as ${lastId}`
    : `the ${count} lines before are published up to ${lastId}`;
}
