// One event in full: what is known of it, and its data as a tree or as text.

import { copyText } from './copy-text.ts';
import type { ArrivedEvent } from './event-ring.ts';
import { jsonTree } from './json-tree.ts';
import { pageElement } from './page-element.ts';
import { countOf, latencyText } from './quantity-text.ts';
import { parseData } from './value-text.ts';

export class Inspector {
  readonly #panel = pageElement('#inspector', HTMLElement);
  readonly #empty = pageElement('#no-event', HTMLElement);
  readonly #content = pageElement('#event', HTMLElement);
  readonly #facts = pageElement('#event-facts', HTMLElement);
  readonly #data = pageElement('#event-data', HTMLElement);
  #event: ArrivedEvent | undefined;

  constructor(say: (words: string) => void) {
    pageElement('#copy-data', HTMLButtonElement).addEventListener('click', async () => {
      if (this.#event === undefined) return;
      const isCopied = await copyText(this.#event.data);
      say(isCopied ? 'The data is copied.' : 'This browser does not let the page copy.');
    });
  }

  focus(): void {
    this.#panel.focus();
  }

  show(event: ArrivedEvent | undefined): void {
    this.#event = event;
    this.#empty.hidden = event !== undefined;
    this.#content.hidden = event === undefined;
    this.#facts.replaceChildren(...(event === undefined ? [] : factsOf(event).flatMap(factElements)));
    this.#data.replaceChildren(...(event === undefined ? [] : [dataElement(event)]));
  }
}

function factsOf(event: ArrivedEvent): (readonly [string, string])[] {
  const { id, type, topic, arrivedAtMs, latencyMs, dataChars } = event;
  const arrived = new Date(arrivedAtMs);
  const clock = `${arrived.toLocaleTimeString('en-GB')}.${String(arrived.getMilliseconds()).padStart(3, '0')}`;
  return [
    ['Topic', topic === '' ? 'not in the data, and the patterns leave it open' : topic],
    ['Type', type],
    ['Id', id],
    ['Arrived', clock],
    ['Latency', latencyMs === undefined ? 'no time of sending in it, or history' : latencyText(latencyMs)],
    ['Length', countOf(dataChars, 'character')],
  ];
}

function factElements([name, value]: readonly [string, string]): HTMLElement[] {
  const term = document.createElement('dt');
  term.textContent = name;
  const description = document.createElement('dd');
  description.textContent = value;
  return [term, description];
}

function dataElement({ data, dataChars }: ArrivedEvent): HTMLElement {
  const isWhole = data.length === dataChars;
  const value = isWhole ? parseData(data) : undefined;
  if (typeof value === 'object' && value !== null) return jsonTree(value);
  const text = document.createElement('pre');
  text.textContent = isWhole ? data : `${data}…\n(${countOf(dataChars - data.length, 'more character')})`;
  return text;
}
