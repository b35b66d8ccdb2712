// What is counted of a log, by the process that has it.

import { Histogram, LATENCY_BOUNDS } from '../../base/histogram.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { LogFigures } from './figures.ts';

const NOTHING = { bytes: 0, fileBytes: 0, commitSeconds: new Histogram(LATENCY_BOUNDS).figures() };

export class LogMeter {
  readonly #log: EventLog;
  readonly #firstHead: number;

  constructor(log: EventLog) {
    this.#log = log;
    this.#firstHead = log.head;
  }

  figures(): LogFigures {
    const { head, oldest } = this.#log;
    const { bytes, fileBytes, commitSeconds } = this.#log.measures?.() ?? NOTHING;
    return {
      events: head - oldest + 1,
      published: head - this.#firstHead,
      bytes,
      fileBytes,
      commitSeconds,
    };
  }
}
