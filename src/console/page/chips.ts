// A list of texts that a person adds to and takes from, each with a button that takes it away.

import { pageElement } from './page-element.ts';
import { linesOf } from './view.ts';

export class Chips {
  readonly #list: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #most: number;
  readonly #onChange: (texts: readonly string[]) => void;
  #texts: readonly string[] = [];

  /**
   * @param selector of a form with a list and a field
   * @param onChange told of what a person does, not of `show`
   */
  constructor(selector: string, most: number, onChange: (texts: readonly string[]) => void) {
    const form = pageElement(selector, HTMLFormElement);
    const list = pageElement(`${selector} ul`, HTMLElement);
    const input = pageElement(`${selector} input`, HTMLInputElement);
    this.#list = list;
    this.#input = input;
    this.#most = most;
    this.#onChange = onChange;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#add(input.value);
    });
    // A list that is pasted has a topic in each line, which the field would join.
    input.addEventListener('paste', (event) => {
      const text = event.clipboardData?.getData('text') ?? '';
      if (linesOf(text).length < 2) return;
      event.preventDefault();
      this.#add(text);
    });
    input.addEventListener('keydown', (event) => {
      const last = this.#texts.at(-1);
      if (event.key === 'Backspace' && input.value === '' && last !== undefined) this.#remove(last);
    });
    list.addEventListener('click', (event) => {
      const text = event.target instanceof Element && event.target.closest('button')?.dataset.text;
      if (typeof text === 'string') this.#remove(text);
    });
  }

  /** @param found texts that nobody chose; they are marked, and cannot be taken away */
  show(texts: readonly string[], found: readonly string[] = []): void {
    this.#texts = texts;
    this.#list.replaceChildren(
      ...found.map((text) => makeChip(text, false)),
      ...texts.map((text) => makeChip(text, true)),
    );
  }

  #add(given: string): void {
    const texts = [...new Set([...this.#texts, ...linesOf(given)])].slice(0, this.#most);
    this.#input.value = '';
    if (texts.length !== this.#texts.length) this.#onChange(texts);
  }

  #remove(text: string): void {
    this.#onChange(this.#texts.filter((other) => other !== text));
    this.#input.focus();
  }
}

function makeChip(text: string, isChosen: boolean): HTMLElement {
  const item = document.createElement('li');
  const name = document.createElement('span');
  name.textContent = text;
  item.append(name);
  item.dataset.text = text;
  if (!isChosen) return item;
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset.text = text;
  button.setAttribute('aria-label', `Remove ${text}`);
  button.textContent = '×';
  item.append(button);
  return item;
}
