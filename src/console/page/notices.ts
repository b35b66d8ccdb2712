// The list of notices on the page, newest first, bounded.

import type { Notice } from './notice-words.ts';
import { pageElement } from './page-element.ts';

const MAX_NOTICES = 100;

export class NoticeList {
  readonly #list = pageElement('#notices', HTMLElement);
  readonly #empty = pageElement('#no-notices', HTMLElement);
  readonly #say: (words: string) => void;

  /** @param say says it to those who cannot see the list */
  constructor(say: (words: string) => void) {
    this.#say = say;
  }

  add(notice: Notice): void {
    const now = new Date();
    const time = document.createElement('time');
    time.dateTime = now.toISOString();
    time.textContent = now.toLocaleTimeString('en-GB');
    const words = document.createElement('span');
    words.textContent = notice.words;
    const item = document.createElement('li');
    item.dataset.kind = notice.kind;
    if (notice.reason !== undefined) item.dataset.reason = notice.reason;
    item.append(time, words);
    this.#list.prepend(item);
    while (this.#list.childElementCount > MAX_NOTICES) this.#list.lastElementChild?.remove();
    this.#empty.hidden = true;
    this.#say(notice.words);
  }
}
