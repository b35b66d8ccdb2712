// The list of events, newest first: it follows what arrives, or it is held still so that a person can read. It is held
// by the button, by choosing an event, and by scrolling away from the top; held, it shows what there was, while the
// ring behind it goes on.

import type { ArrivedEvent, EventRing, EventSequence } from './event-ring.ts';
import { EventRows } from './event-rows.ts';
import { pageElement } from './page-element.ts';

export interface ListListener {
  onSelect(event: ArrivedEvent | undefined): void;
  /** Somebody wants to see all of the event that is selected. */
  onOpen(): void;
  onHold(isHeld: boolean): void;
}

type Hold = 'none' | 'scrolled' | 'asked';

const FALLBACK_ROW_HEIGHT = 28;

export class EventList {
  readonly #grid = pageElement('#events', HTMLElement);
  readonly #scroller = pageElement('#scroller', HTMLElement);
  readonly #heads = pageElement('#event-heads', HTMLElement);
  /** As high as all events would be. */
  readonly #spacer = pageElement('#spacer', HTMLElement);
  readonly #container = pageElement('#event-rows', HTMLElement);
  readonly #rows: EventRows;
  readonly #ring: EventRing;
  readonly #listener: ListListener;
  #shown: EventSequence;
  #hold: Hold = 'none';
  #selected: ArrivedEvent | undefined;
  #selectedPlace = -1;
  #rowHeight = FALLBACK_ROW_HEIGHT;
  #height = 0;

  constructor(ring: EventRing, listener: ListListener) {
    this.#rows = new EventRows(this.#container, this.#heads);
    this.#grid.role = 'grid';
    this.#grid.ariaLabel = 'Events, newest first';
    this.#grid.setAttribute('aria-describedby', 'events-help');
    this.#grid.tabIndex = 0;
    this.#grid.ariaReadOnly = 'true';
    for (const between of [this.#scroller, this.#spacer]) between.role = 'presentation';
    this.#ring = ring;
    this.#shown = ring;
    this.#listener = listener;
    this.#scroller.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    // At once, not at the click: the row that was aimed at must not move on under the finger.
    this.#container.addEventListener('pointerdown', ({ target }) => this.#select(this.#rows.eventOf(target)));
    this.#container.addEventListener('dblclick', () => listener.onOpen());
    this.#grid.addEventListener('keydown', (event) => this.#onKey(event));
    new ResizeObserver(() => this.#measure()).observe(this.#scroller);
  }

  get isHeld(): boolean {
    return this.#hold !== 'none';
  }

  hold(): void {
    this.#holdBy('asked');
  }

  /** Follows again, from the newest. */
  follow(): void {
    this.#shown = this.#ring;
    this.#hold = 'none';
    this.#choose(undefined, -1);
    this.#scroller.scrollTop = 0;
    this.#listener.onHold(false);
    this.draw();
  }

  draw(): void {
    const first = Math.max(Math.floor(this.#scroller.scrollTop / this.#rowHeight), 0);
    const most = Math.ceil(this.#height / this.#rowHeight) + 1;
    const events: ArrivedEvent[] = [];
    for (let place = first; place < first + most; place++) {
      const event = this.#shown.at(place);
      if (event !== undefined) events.push(event);
    }
    this.#spacer.style.height = `${this.#shown.size * this.#rowHeight}px`;
    this.#container.style.transform = `translateY(${first * this.#rowHeight}px)`;
    this.#grid.ariaRowCount = String(this.#shown.size + 1);
    this.#rows.draw(events, first, this.#selected, Date.now());
    const active = this.#rows.elementIdOf(this.#selected);
    if (active === '') this.#grid.removeAttribute('aria-activedescendant');
    else this.#grid.setAttribute('aria-activedescendant', active);
  }

  #measure(): void {
    this.#height = this.#scroller.clientHeight - this.#heads.offsetHeight;
    const rowHeight = Number.parseFloat(getComputedStyle(this.#scroller).getPropertyValue('--row-height'));
    this.#rowHeight = rowHeight > 0 ? rowHeight : FALLBACK_ROW_HEIGHT;
    this.draw();
  }

  #onScroll(): void {
    const isAtTop = this.#scroller.scrollTop < this.#rowHeight / 2;
    if (!isAtTop) this.#holdBy('scrolled');
    else if (this.#hold === 'scrolled') this.follow();
    this.draw();
  }

  #holdBy(hold: 'scrolled' | 'asked'): void {
    const wasHeld = this.isHeld;
    if (this.#hold !== 'asked') this.#hold = hold;
    if (wasHeld) return;
    this.#shown = this.#ring.snapshot();
    this.#listener.onHold(true);
  }

  #select(event: ArrivedEvent | undefined): void {
    if (event === undefined) return;
    this.hold();
    for (let place = 0; place < this.#shown.size; place++) {
      if (this.#shown.at(place) === event) this.#choose(event, place);
    }
    this.draw();
  }

  #choose(event: ArrivedEvent | undefined, place: number): void {
    this.#selectedPlace = place;
    if (this.#selected === event) return;
    this.#selected = event;
    this.#listener.onSelect(event);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(Math.floor(this.#height / this.#rowHeight) - 1, 1);
    const last = this.#shown.size - 1;
    const at = this.#selectedPlace;
    const places: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: last,
    };
    const place = places[event.key];
    if (place !== undefined) this.#goTo(Math.min(Math.max(place, 0), last));
    else if (event.key === ' ') this.isHeld ? this.follow() : this.hold();
    else if (event.key === 'Escape') this.follow();
    else if (event.key === 'Enter') this.#listener.onOpen();
    else return;
    event.preventDefault();
  }

  #goTo(place: number): void {
    if (place < 0) return;
    this.hold();
    this.#choose(this.#shown.at(place), place);
    const top = place * this.#rowHeight;
    if (top < this.#scroller.scrollTop) this.#scroller.scrollTop = top;
    const below = top + this.#rowHeight - this.#height;
    if (below > this.#scroller.scrollTop) this.#scroller.scrollTop = below;
    this.draw();
  }
}
