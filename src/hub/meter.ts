// What a shard measures while it works, for whoever watches it: times in seconds, in fixed buckets. One value for each
// write, not for each event or byte.

import { Histogram, type HistogramFigures, LATENCY_BOUNDS } from '../base/histogram.ts';

export const INTERVAL_BOUNDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 3600];
export const DURATION_BOUNDS = [1, 5, 15, 30, 60, 300, 900, 3600, 4 * 3600, 24 * 3600];

export interface MeterFigures {
  readonly deliverySeconds: HistogramFigures;
  readonly intervalSeconds: HistogramFigures;
  readonly durationSeconds: HistogramFigures;
  readonly publishSeconds: HistogramFigures;
}

export class Meter {
  /** From the append of an event to its write to a live stream. */
  readonly deliverySeconds = new Histogram(LATENCY_BOUNDS);
  /** Between two writes of events to a live stream. */
  readonly intervalSeconds = new Histogram(INTERVAL_BOUNDS);
  /** How long streams of clients were open. */
  readonly durationSeconds = new Histogram(DURATION_BOUNDS);
  /** From a checked publish to its answer, the log's part of it. */
  readonly publishSeconds = new Histogram(LATENCY_BOUNDS);

  figures(): MeterFigures {
    return {
      deliverySeconds: this.deliverySeconds.figures(),
      intervalSeconds: this.intervalSeconds.figures(),
      durationSeconds: this.durationSeconds.figures(),
      publishSeconds: this.publishSeconds.figures(),
    };
  }
}
