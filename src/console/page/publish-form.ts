// Publishes what a person writes, and says what became of it: the id, how long the hub took, and when it came back
// over the stream, all on the clock of this browser.

import type { ArrivedEvent } from './event-ring.ts';
import { pageElement } from './page-element.ts';
import { latencyText } from './quantity-text.ts';
import { refusalOf } from './refusal.ts';

const ANSWER_TIMEOUT_MS = 15_000;
/** Arrivals that may come before the answer that names their id. */
const MAX_EARLY = 256;

interface Sent {
  readonly id: string;
  readonly startedAtMs: number;
  readonly words: string;
}

export class PublishForm {
  readonly #panel = pageElement('#publish-panel', HTMLElement);
  readonly #open = pageElement('#open-publish', HTMLButtonElement);
  readonly #topic = pageElement('#publish-topic', HTMLInputElement);
  readonly #type = pageElement('#publish-type', HTMLInputElement);
  readonly #data = pageElement('#publish-data', HTMLTextAreaElement);
  readonly #kind = pageElement('#publish-kind', HTMLElement);
  readonly #button = pageElement('#send', HTMLButtonElement);
  readonly #result = pageElement('#publish-result', HTMLElement);
  readonly #urlOf: () => string;
  readonly #onType: (type: string) => void;
  /** While an answer is waited for: id -> arrival, by `performance.now()`. */
  readonly #early = new Map<string, number>();
  #isSending = false;
  #awaited: Sent | undefined;

  /**
   * @param urlOf the URL to publish to, at the time of publishing
   * @param onType told of the type before it is published, so that the stream can listen for it
   */
  constructor(urlOf: () => string, onType: (type: string) => void) {
    this.#urlOf = urlOf;
    this.#onType = onType;
    const form = pageElement('#publish', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#publish();
    });
    this.#data.addEventListener('input', () => this.#sayKind());
    this.#data.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    this.#open.addEventListener('click', () => this.#show(this.#panel.hidden === true));
    pageElement('#close-publish', HTMLButtonElement).addEventListener('click', () => this.#show(false));
    this.#panel.addEventListener('keydown', ({ key }) => key === 'Escape' && this.#show(false));
    this.#sayKind();
  }

  /** A topic to begin with, where a person has not written one. */
  suggest(topic: string): void {
    if (this.#topic.value === '') this.#topic.value = topic;
  }

  /** Every arrival: one of them is what was published here. */
  onArrival({ id }: ArrivedEvent): void {
    if (id === this.#awaited?.id) this.#sayArrival(this.#awaited, performance.now());
    else if (this.#isSending && this.#early.size < MAX_EARLY) this.#early.set(id, performance.now());
  }

  #show(isShown: boolean): void {
    this.#panel.hidden = !isShown;
    this.#open.ariaExpanded = String(isShown);
    (isShown ? this.#topic : this.#open).focus();
  }

  async #publish(): Promise<void> {
    if (this.#isSending) return;
    const type = this.#type.value;
    const event = { topic: this.#topic.value, data: this.#data.value, ...(type === '' ? {} : { type }) };
    if (type !== '') this.#onType(type);
    this.#isSending = true;
    this.#awaited = undefined;
    this.#button.disabled = true;
    this.#say('Publishing …', 'waiting');
    const startedAtMs = performance.now();
    try {
      const answer = await fetch(this.#urlOf(), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const id = answer.ok ? await idOf(answer) : undefined;
      if (id === undefined) this.#say(`Not published. ${(await refusalOf(answer)).words}`, 'refused');
      else this.#onStored(id, startedAtMs);
    } catch (error) {
      const isLate = error instanceof DOMException && error.name === 'TimeoutError';
      const why = isLate
        ? `No answer within ${ANSWER_TIMEOUT_MS / 1000} s: it may be published or not.`
        : `Not published, or its answer was lost: ${location.host} gives no answer.`;
      this.#say(why, 'refused');
    } finally {
      this.#isSending = false;
      this.#early.clear();
      this.#button.disabled = false;
    }
  }

  #onStored(id: string, startedAtMs: number): void {
    const sent = {
      id,
      startedAtMs,
      words: `Stored as ${id} after ${latencyText(performance.now() - startedAtMs)}`,
    };
    const arrivedAtMs = this.#early.get(id);
    if (arrivedAtMs !== undefined) this.#sayArrival(sent, arrivedAtMs);
    else {
      this.#awaited = sent;
      this.#say(
        `${sent.words}. It has not come over this stream, which may not ask for its topic.`,
        'stored',
      );
    }
  }

  #sayArrival({ words, startedAtMs }: Sent, arrivedAtMs: number): void {
    this.#awaited = undefined;
    this.#say(`${words}; here over the stream after ${latencyText(arrivedAtMs - startedAtMs)}.`, 'arrived');
  }

  #say(words: string, state: 'waiting' | 'stored' | 'arrived' | 'refused'): void {
    this.#result.textContent = words;
    this.#result.dataset.state = state;
  }

  #sayKind(): void {
    this.#kind.textContent = isJson(this.#data.value) ? 'valid JSON' : 'text';
  }
}

async function idOf(answer: Response): Promise<string | undefined> {
  if (!(answer.headers.get('content-type') ?? '').startsWith('application/json')) return undefined;
  const { ids } = (await answer.clone().json()) as { readonly ids?: readonly unknown[] };
  return typeof ids?.[0] === 'string' ? ids[0] : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
