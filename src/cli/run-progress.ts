// What a run shows while it runs: one block that changes in place on a terminal, a line each now and then elsewhere.

import { formatDuration } from '../base/duration.ts';
import type { EndReason, SampleRecord } from '../load/result.ts';

const PLAIN_EVERY_MS = 5000;

export interface ProgressTarget {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export class RunProgress {
  readonly #target: ProgressTarget;
  #lines = 0;
  #lastPlainMs = Number.NEGATIVE_INFINITY;
  readonly #ends: Partial<Record<EndReason, number>> = {};

  constructor(target: ProgressTarget) {
    this.#target = target;
  }

  sample(sample: SampleRecord, intervalMs: number): void {
    for (const [kind, count] of Object.entries(sample.ends) as [EndReason, number][]) {
      this.#ends[kind] = (this.#ends[kind] ?? 0) + count;
    }
    const lines = progressLines(sample, this.#ends, intervalMs);
    if (this.#target.isTTY) {
      this.clear();
      // A line that wraps would be two, and the block would not be found again.
      const shown = lines.map((line) => line.slice(0, this.#target.columns));
      this.#target.write(`${shown.join('\n')}\n`);
      this.#lines = lines.length;
    } else if (sample.atMs - this.#lastPlainMs >= PLAIN_EVERY_MS) {
      this.#lastPlainMs = sample.atMs;
      this.#target.write(`${lines.map((line) => line.trim()).join('  ')}\n`);
    }
  }

  note(text: string): void {
    this.clear();
    this.#target.write(`${text}\n`);
  }

  /** Takes the block away, so that what is written next stands in its place. */
  clear(): void {
    if (this.#lines > 0) this.#target.write(`\x1b[${this.#lines}A\x1b[0J`);
    this.#lines = 0;
  }
}

function progressLines(
  sample: SampleRecord,
  ends: Readonly<Partial<Record<EndReason, number>>>,
  intervalMs: number,
): string[] {
  const perSecond = (count: number) =>
    Math.round((count * 1000) / Math.max(intervalMs, 1)).toLocaleString('en');
  const { latency, generator } = sample;
  const times =
    latency === undefined
      ? 'no event yet'
      : `p50 ${inMs(latency.p50Us)}  p99 ${inMs(latency.p99Us)}  max ${inMs(latency.maxUs)}`;
  const faults = `missing ${(sample.missing ?? 0).toLocaleString('en')}  repeated ${sample.repeatedTotal}  out of order ${sample.outOfOrderTotal}`;
  const ended = Object.entries(ends).map(([kind, count]) => `${kind} ${count}`);
  return [
    `${formatDuration(Math.round(sample.atMs / 1000) * 1000).padStart(8)}  streams ${sample.streamsUp.toLocaleString('en')} of ${sample.streamsWanted.toLocaleString('en')}`,
    `          published ${perSecond(sample.published)}/s  delivered ${perSecond(sample.delivered)}/s${sample.limitedByServer ? '  (the server holds publishes)' : ''}`,
    `          ${times}${generator.limited ? '  (limited by the generator)' : ''}`,
    `          ${faults}${ended.length === 0 ? '' : `  ends: ${ended.join(', ')}`}`,
  ];
}

function inMs(us: number): string {
  return us < 10_000 ? `${(us / 1000).toFixed(1)} ms` : `${Math.round(us / 1000)} ms`;
}
