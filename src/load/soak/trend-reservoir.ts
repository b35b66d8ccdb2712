// The samples of a soak as its trends need them, in bounded memory: when there are too many, neighbours are merged in
// twos, again and again. A trend has far fewer windows than that, so it sees no difference.

import type { SampleRecord, TrendQuantity } from '../result.ts';
import { quantities } from './quantities.ts';
import { type TrendSeries, trendPoint } from './trend.ts';

/** 33 hours of samples each 30 s, before the first merging. */
export const MOST_TREND_POINTS = 4000;

export class TrendReservoir {
  #points: TrendSeries[] = [];
  #samplesAPoint = 1;
  #count = 0;

  /** In order of time. */
  get points(): readonly TrendSeries[] {
    return this.#points;
  }

  add(sample: SampleRecord): void {
    const point = trendPoint(sample);
    const last = this.#points.at(-1);
    if (last !== undefined && this.#count % this.#samplesAPoint !== 0) {
      this.#points[this.#points.length - 1] = merge(last, point);
    } else this.#points.push(point);
    this.#count++;
    if (this.#points.length > MOST_TREND_POINTS) this.#halve();
  }

  #halve(): void {
    const halved: TrendSeries[] = [];
    for (let i = 0; i < this.#points.length; i += 2) {
      const [first, second] = [this.#points[i]!, this.#points[i + 1]];
      halved.push(second === undefined ? first : merge(first, second));
    }
    this.#points = halved;
    this.#samplesAPoint *= 2;
  }
}

function merge(a: TrendSeries, b: TrendSeries): TrendSeries {
  const values: Partial<Record<TrendQuantity, number>> = {};
  for (const { name, reduce } of quantities) {
    const both = [a.values[name], b.values[name]].filter((value) => value !== undefined);
    if (both.length === 0) continue;
    values[name] =
      reduce === 'lowest' ? Math.min(...both) : both.reduce((sum, value) => sum + value, 0) / both.length;
  }
  return {
    atMs: b.atMs,
    streamsUp: Math.min(a.streamsUp, b.streamsUp),
    reconnects: a.reconnects + b.reconnects,
    values,
  };
}
