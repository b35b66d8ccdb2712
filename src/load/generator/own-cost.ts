// What a process of the tool itself costs: CPU, private memory and the delay of its event loop.
//
// The delay is told by the share of time, not of ticks: a stall of 200 ms is one late tick of hundreds, yet whatever
// came in a fifth of the second was read late. So a stall counts as all the ticks that were due in it.

import { readFileSync } from 'node:fs';
import { nowUs } from '../clock.ts';
import { LatencyHistogram } from '../statistics/histogram.ts';

const TICK_MS = 5;
const TICK_US = TICK_MS * 1000;

export interface OwnCostFigures {
  readonly cpuUs: number;
  readonly privateBytes: number;
  readonly loopDelayP99Us: number;
  readonly loopDelayMaxUs: number;
}

export class OwnCost {
  readonly #delays = new LatencyHistogram();
  readonly #timer = setInterval(() => this.#tick(nowUs()), TICK_MS).unref();
  #lastUs = nowUs();
  #cpu = process.cpuUsage();

  /** Since the last call. */
  take(): OwnCostFigures {
    // A stall that has just ended: the message that asks for this may come before the timer.
    this.#tick(nowUs());
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    const { p99Us: loopDelayP99Us, maxUs: loopDelayMaxUs } = this.#delays.figures()!;
    this.#delays.reset();
    return { cpuUs: user + system, privateBytes: privateBytes(), loopDelayP99Us, loopDelayMaxUs };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(atUs: number): void {
    let lateUs = atUs - this.#lastUs - TICK_US;
    this.#lastUs = atUs;
    this.#delays.record(lateUs);
    for (lateUs -= TICK_US; lateUs > 0; lateUs -= TICK_US) this.#delays.record(lateUs);
  }
}

/** Anonymous memory where Linux says it, else all that is resident. */
export function privateBytes(): number {
  try {
    const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kib !== undefined) return Number(kib) * 1024;
  } catch {
    // Not Linux.
  }
  return process.memoryUsage.rss();
}
