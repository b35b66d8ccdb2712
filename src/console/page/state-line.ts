// The state of the stream at the head of the page, and the bar below it that says what is wrong.

import type { ConnectionFacts, ConnectionState, Trouble } from './connection.ts';
import { pageElement } from './page-element.ts';
import { ageText, latencyText } from './quantity-text.ts';

const titles: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Still connecting.',
  open: '',
  reconnecting: 'The stream is cut.',
  stopped: 'No stream.',
};

export class StateLine {
  readonly #line = pageElement('#connection', HTMLElement);
  readonly #state = pageElement('#state', HTMLElement);
  readonly #since = pageElement('#since', HTMLElement);
  readonly #reconnects = pageElement('#reconnects', HTMLElement);
  readonly #bar = pageElement('#trouble', HTMLElement);
  readonly #title = pageElement('#trouble-title', HTMLElement);
  readonly #words = pageElement('#trouble-words', HTMLElement);
  readonly #next = pageElement('#trouble-next', HTMLElement);
  readonly #wait = pageElement('#trouble-wait', HTMLElement);
  #current: ConnectionState = 'connecting';
  #sinceMs = Date.now();
  #trouble: Trouble | undefined;

  constructor(onTryNow: () => void) {
    pageElement('#try-now', HTMLButtonElement).addEventListener('click', onTryNow);
  }

  get troubleWords(): string | undefined {
    return this.#trouble?.words;
  }

  showState(state: ConnectionState, { reconnects, lastOutageMs }: ConnectionFacts): void {
    if (state !== this.#current) this.#sinceMs = Date.now();
    this.#current = state;
    this.#line.dataset.state = state;
    this.#state.textContent = state;
    document.title = state === 'open' ? 'Holdfast' : `Holdfast (${state})`;
    const outage = lastOutageMs === undefined ? '' : `, the last after ${latencyText(lastOutageMs)}`;
    this.#reconnects.dataset.reconnects = String(reconnects);
    this.#reconnects.textContent = `${reconnects} reconnect${reconnects === 1 ? '' : 's'}${outage}`;
    this.#title.textContent = titles[state];
    this.showTimes();
  }

  showTrouble(trouble: Trouble | undefined): void {
    this.#trouble = trouble;
    this.#bar.hidden = trouble === undefined;
    this.#next.hidden = trouble === undefined;
    this.#words.textContent = trouble?.words ?? '';
    this.showTimes();
  }

  /** What changes by the second. */
  showTimes(): void {
    const age = ageText(Date.now() - this.#sinceMs);
    this.#since.textContent = age === 'now' ? '' : `for ${age}`;
    if (this.#trouble === undefined) return;
    const { retryAtMs } = this.#trouble;
    const waitSeconds = retryAtMs === undefined ? 0 : Math.ceil((retryAtMs - Date.now()) / 1000);
    if (this.#current === 'stopped')
      this.#wait.textContent = 'Nothing is tried by itself: change what is asked for.';
    else if (waitSeconds > 0) this.#wait.textContent = `The next attempt is in ${waitSeconds} s.`;
    else this.#wait.textContent = 'The browser goes on trying.';
  }
}
