// What stands around the list of events: how many there are, the button that holds the list, and the words where the
// list is empty.

import type { ConnectionState } from './connection.ts';
import { MAX_EVENTS } from './event-ring.ts';
import type { Intake } from './intake.ts';
import { pageElement } from './page-element.ts';
import { countOf, countText } from './quantity-text.ts';
import { isPattern } from './view.ts';

export class ListBar {
  readonly #pause = pageElement('#pause', HTMLButtonElement);
  readonly #shown = pageElement('#shown', HTMLElement);
  readonly #empty = pageElement('#no-events', HTMLElement);
  readonly #emptyTitle = pageElement('#no-events-title', HTMLElement);
  readonly #emptyWords = pageElement('#no-events-words', HTMLElement);
  readonly #tryIt = pageElement('#try-it', HTMLElement);
  readonly #intake: Intake;
  #totalWhenHeld: number | undefined;

  constructor(intake: Intake, onPause: () => void, onClear: () => void) {
    this.#intake = intake;
    this.#pause.addEventListener('click', onPause);
    pageElement('#clear', HTMLButtonElement).addEventListener('click', onClear);
  }

  showHold(isHeld: boolean): void {
    this.#totalWhenHeld = isHeld ? this.#intake.total : undefined;
    this.#pause.ariaPressed = String(isHeld);
    this.#pause.textContent = isHeld ? 'Resume' : 'Pause';
    this.showCounts();
  }

  showCounts(): void {
    const { total, matching, isFiltered } = this.#intake;
    const missed = total - (this.#totalWhenHeld ?? total);
    this.#pause.dataset.new = missed > 0 ? `${countText(missed)} new` : '';
    if (isFiltered) this.#shown.textContent = `${countText(matching.size)} of ${countOf(total, 'event')}`;
    else if (total <= MAX_EVENTS) this.#shown.textContent = countOf(total, 'event');
    else this.#shown.textContent = `newest ${countText(matching.size)} of ${countText(total)}`;
  }

  /** Why there is nothing to see, and what would change that. */
  showEmptiness(state: ConnectionState, topic: string): void {
    const { kept, matching } = this.#intake;
    this.#empty.hidden = matching.size > 0;
    if (matching.size > 0) return;
    const isFilters = kept.size > 0;
    this.#emptyTitle.textContent = isFilters ? 'No event passes the filter.' : 'No event has arrived yet.';
    if (isFilters) this.#emptyWords.textContent = `${countOf(kept.size, 'event')} did not.`;
    else if (state !== 'open') this.#emptyWords.textContent = `The stream is ${state}.`;
    else
      this.#emptyWords.textContent =
        'The stream is open: what is published to these topics shows here at once.';
    this.#tryIt.hidden = isFilters || state !== 'open';
    this.#tryIt.textContent = `holdfast pub ${inShell(exampleOf(topic))} '{"hello": "world"}'`;
  }
}

/** A topic that the pattern matches. */
const exampleOf = (topic: string) =>
  isPattern(topic) ? topic.replaceAll('**', 'greetings').replaceAll('*', 'greetings') : topic;

const inShell = (text: string) => (/^[\w/.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
