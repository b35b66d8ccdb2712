// The numbers beside and above the charts, and what they are counted from.

import type { ArrivedEvent } from './event-ring.ts';
import { pageElement } from './page-element.ts';
import { ageText, countText, latencyText, shortCount } from './quantity-text.ts';
import { type Second, SecondTally } from './second-tally.ts';
import { usualMembers } from './sent-time.ts';

/** A single second jumps; so many are a number that can be read. */
const MEAN_SECONDS = 5;

export class Figures {
  readonly #total = pageElement('#total', HTMLElement);
  readonly #chars = pageElement('#chars', HTMLElement);
  readonly #last = pageElement('#last', HTMLElement);
  readonly #rate = pageElement('#rate', HTMLElement);
  readonly #values = pageElement('#latency-values', HTMLElement);
  readonly #median = pageElement('#median', HTMLElement);
  readonly #slowest = pageElement('#slowest', HTMLElement);
  readonly #none = pageElement('#no-latency', HTMLElement);
  readonly #note = pageElement('#latency-note', HTMLElement);
  #tally = new SecondTally(Date.now());
  #lastAtMs: number | undefined;

  add({ arrivedAtMs, dataChars, latencyMs }: ArrivedEvent): void {
    this.#tally.add(arrivedAtMs, dataChars, latencyMs);
    this.#lastAtMs = arrivedAtMs;
  }

  clear(): void {
    this.#tally = new SecondTally(Date.now());
    this.#lastAtMs = undefined;
  }

  /** Answers with the seconds that it has shown, for the charts. */
  show(total: number, timeMember: string): readonly Second[] {
    const nowMs = Date.now();
    const seconds = this.#tally.seconds(nowMs);
    const recent = seconds.slice(-MEAN_SECONDS);
    const mean = (of: (second: Second) => number) =>
      recent.length === 0 ? 0 : recent.reduce((sum, second) => sum + of(second), 0) / recent.length;
    const rate = mean(({ events }) => events);
    this.#total.textContent = countText(total);
    this.#chars.textContent = shortCount(mean(({ chars }) => chars));
    this.#last.textContent = this.#lastAtMs === undefined ? 'none yet' : ageOfLast(nowMs - this.#lastAtMs);
    this.#rate.textContent = rate > 0 && rate < 10 ? rate.toFixed(1) : shortCount(rate);
    this.#showLatency(seconds, timeMember);
    return seconds;
  }

  #showLatency(seconds: readonly Second[], timeMember: string): void {
    const measured = seconds.findLast(({ medianMs }) => medianMs !== null);
    this.#values.hidden = measured === undefined;
    this.#none.hidden = measured !== undefined;
    const isAhead = measured !== undefined && measured.medianMs! < 0;
    this.#note.hidden = !isAhead;
    if (isAhead)
      this.#note.textContent = 'Below 0: the clock that wrote the time is ahead of this browser’s.';
    if (measured === undefined) {
      this.#none.textContent =
        timeMember === ''
          ? `Nothing to measure yet: an event has no time of its own. Put one into its data as ${usualMembers.join(', ')}, or name the member that has it.`
          : `No event has a time in ${timeMember}: ISO 8601 with a zone, or a number since 1970.`;
      return;
    }
    this.#median.textContent = latencyText(measured.medianMs!);
    this.#slowest.textContent = latencyText(measured.slowestMs!);
  }
}

const ageOfLast = (ms: number) => (ms < 1000 ? 'now' : `${ageText(ms)} ago`);
