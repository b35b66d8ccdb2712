// The table of topics and their newest values. Events are only counted and kept when they come; whoever draws does so
// some times a second, and only the rows that changed are. Bounded in rows and in text.

import { pageElement } from './page-element.ts';
import { ageText, countText } from './quantity-text.ts';
import { formatValue } from './value-text.ts';

const MAX_TOPICS = 200;
// Longer data is cut before it is kept: 200 topics of 64 KiB would be 13 MB of text that nobody sees.
const MAX_KEPT_CHARS = 20_000;

interface Row {
  readonly topic: string;
  readonly element: HTMLTableRowElement;
  readonly value: HTMLPreElement;
  readonly id: HTMLTableCellElement;
  readonly count: HTMLTableCellElement;
  readonly age: HTMLTableCellElement;
  events: number;
  newestData: string;
  newestId: string;
  arrivedAtMs: number;
}

export class TopicTable {
  readonly #body = pageElement('#values tbody', HTMLTableSectionElement);
  readonly #empty = pageElement('#no-values', HTMLElement);
  readonly #notShown = pageElement('#not-shown', HTMLElement);
  readonly #rows = new Map<string, Row>();
  readonly #changed = new Set<Row>();
  #eventsNotShown = 0;
  #isShown = false;

  /** What nobody looks at is not drawn. */
  set isShown(isShown: boolean) {
    this.#isShown = isShown;
    this.draw();
    this.drawAges();
  }

  add(topic: string, data: string, id: string): void {
    const row = this.#rows.get(topic) ?? this.#insert(topic);
    if (row === undefined) this.#eventsNotShown++;
    else {
      row.events++;
      row.newestData = data.length > MAX_KEPT_CHARS ? data.slice(0, MAX_KEPT_CHARS) : data;
      row.newestId = id;
      row.arrivedAtMs = performance.now();
      this.#changed.add(row);
    }
  }

  clear(): void {
    this.#rows.clear();
    this.#changed.clear();
    this.#eventsNotShown = 0;
    this.#body.replaceChildren();
    this.#empty.hidden = false;
    this.#notShown.hidden = true;
  }

  // The first topics stay: with more topics than rows, putting out the oldest would only make the page flicker.
  #insert(topic: string): Row | undefined {
    if (this.#rows.size >= MAX_TOPICS) return undefined;
    const row = makeRow(topic);
    const next = [...this.#rows.values()]
      .filter((other) => other.topic > topic)
      .reduce<Row | undefined>(
        (least, other) => (least === undefined || other.topic < least.topic ? other : least),
        undefined,
      );
    this.#body.insertBefore(row.element, next?.element ?? null);
    this.#rows.set(topic, row);
    this.#empty.hidden = true;
    return row;
  }

  draw(): void {
    if (!this.#isShown) return;
    for (const row of this.#changed) drawRow(row);
    this.#changed.clear();
    this.#notShown.hidden = this.#eventsNotShown === 0;
    this.#notShown.textContent = `${this.#eventsNotShown} events of topics beyond the first ${MAX_TOPICS} are not shown.`;
  }

  drawAges(): void {
    if (!this.#isShown) return;
    const nowMs = performance.now();
    for (const row of this.#rows.values()) row.age.textContent = ageText(nowMs - row.arrivedAtMs);
  }
}

function makeRow(topic: string): Row {
  const element = document.createElement('tr');
  element.dataset.topic = topic;
  const head = document.createElement('th');
  head.scope = 'row';
  head.textContent = topic === '' ? 'topic not known' : topic;
  const value = document.createElement('pre');
  const [valueCell, count, age, id] = ['value', 'count number', 'age number', 'id'].map((className) => {
    const cell = document.createElement('td');
    cell.className = className;
    return cell;
  }) as [HTMLTableCellElement, HTMLTableCellElement, HTMLTableCellElement, HTMLTableCellElement];
  valueCell.append(value);
  element.append(head, valueCell, count, age, id);
  return { topic, element, value, id, count, age, events: 0, newestData: '', newestId: '', arrivedAtMs: 0 };
}

function drawRow(row: Row): void {
  const { text, lineChars } = formatValue(row.newestData, row.topic);
  row.value.textContent = text;
  row.value.style.columnWidth = lineChars === undefined ? '' : `${lineChars}ch`;
  row.count.textContent = countText(row.events);
  row.id.textContent = row.newestId;
  row.age.textContent = ageText(performance.now() - row.arrivedAtMs);
  row.element.dataset.count = String(row.events);
  row.element.dataset.id = row.newestId;
}
