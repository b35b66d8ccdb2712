// The rows of the event list that are on the screen, and no others: some forty elements, whatever was received. They
// are used again for whichever events are seen, and only the text within them changes.

import type { ArrivedEvent } from './event-ring.ts';
import { ageText } from './quantity-text.ts';

const MAX_LINE_CHARS = 400;
const columns = ['age', 'topic', 'type', 'data', 'id'] as const;

interface Row {
  readonly element: HTMLElement;
  readonly texts: Readonly<Record<(typeof columns)[number], Text>>;
  event: ArrivedEvent | undefined;
}

export class EventRows {
  readonly #container: HTMLElement;
  readonly #rows: Row[] = [];

  constructor(container: HTMLElement, heads: HTMLElement) {
    this.#container = container;
    container.role = 'rowgroup';
    heads.role = 'rowgroup';
    const row = document.createElement('div');
    row.role = 'row';
    row.append(...columns.map((name) => makeCell(name, 'columnheader', name)));
    heads.append(row);
  }

  /** The event of the row that an element lies in. */
  eventOf(target: EventTarget | null): ArrivedEvent | undefined {
    const element = target instanceof Element ? target.closest('[role="row"]') : null;
    return this.#rows.find((row) => row.element === element)?.event;
  }

  /** The id of the element that shows an event, if it is on the screen. */
  elementIdOf(event: ArrivedEvent | undefined): string {
    const row = event && this.#rows.find((row) => row.event === event && !row.element.hidden);
    return row?.element.id ?? '';
  }

  /** @param first the place of the first event, for those who hear the list instead of seeing it */
  draw(
    events: readonly ArrivedEvent[],
    first: number,
    selected: ArrivedEvent | undefined,
    nowMs: number,
  ): void {
    while (this.#rows.length < events.length) this.#rows.push(this.#makeRow());
    for (const [i, row] of this.#rows.entries()) {
      const event = events[i];
      row.element.hidden = event === undefined;
      if (event === undefined) {
        row.event = undefined;
        continue;
      }
      setText(row.texts.age, ageText(nowMs - event.arrivedAtMs));
      row.element.ariaSelected = String(event === selected);
      row.element.ariaRowIndex = String(first + i + 2);
      if (row.event === event) continue;
      row.event = event;
      row.element.dataset.id = event.id;
      row.element.dataset.type = event.type;
      row.element.dataset.topic = event.topic;
      setText(row.texts.topic, event.topic === '' ? '–' : event.topic);
      setText(row.texts.type, event.type);
      setText(row.texts.data, previewOf(event));
      setText(row.texts.id, event.id);
    }
  }

  #makeRow(): Row {
    const element = document.createElement('div');
    element.role = 'row';
    element.id = `event-row-${this.#rows.length}`;
    const texts = Object.fromEntries(
      columns.map((name) => {
        const text = document.createTextNode('');
        element.append(makeCell(name, 'gridcell', text));
        return [name, text];
      }),
    ) as Row['texts'];
    this.#container.append(element);
    return { element, texts, event: undefined };
  }
}

function makeCell(name: string, role: string, content: Text | string): HTMLElement {
  const cell = document.createElement('span');
  cell.role = role;
  cell.className = name;
  cell.append(content);
  return cell;
}

// Writing the same text again would make the browser lay it out again.
function setText(node: Text, text: string): void {
  if (node.data !== text) node.data = text;
}

// Without the topic where it comes first, since it stands beside it.
function previewOf({ data, topic }: ArrivedEvent): string {
  const named = `{"topic":${JSON.stringify(topic)},`;
  const rest = topic !== '' && data.startsWith(named) ? `{${data.slice(named.length)}` : data;
  return rest.slice(0, MAX_LINE_CHARS).replace(/\s+/g, ' ');
}
