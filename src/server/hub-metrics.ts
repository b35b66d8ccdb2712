// What Prometheus reads of a hub. Nothing is counted here: the hub's own numbers are read once for each scrape.

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { HubFigures } from './shards/figures.ts';

export class HubMetrics {
  readonly #registry = new Registry();
  readonly #figures: () => Promise<HubFigures>;
  readonly #streams = this.#gauge(
    'sse_streams',
    'Streams that are open or ending, by the way they came: fast (straight on the socket), http (through node:http), web (as a Response), inside (the canary)',
    'lane',
  );
  readonly #behind = this.#gauge(
    'sse_behind_streams',
    'Streams that read on from a position instead of getting events as they are announced',
  );
  readonly #opened = this.#counter('sse_streams_opened_total', 'Streams that clients opened since the start');
  readonly #refused = this.#counter(
    'sse_streams_refused_total',
    'Requests for a stream that were turned away since the start: the hub was full, busy or closing',
  );
  readonly #ended = this.#counter(
    'sse_streams_ended_total',
    'Streams of clients that ended since the start, by reason; docs/protocol.md says what each means',
    'reason',
  );
  readonly #delivered = this.#counter(
    'sse_events_delivered_total',
    'Events written to streams since the start',
  );

  constructor(figures: () => Promise<HubFigures>) {
    this.#figures = figures;
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics as they are now, in the text format of Prometheus. */
  async text(): Promise<string> {
    const { workers } = await this.#figures();
    const counters = [this.#opened, this.#refused, this.#ended, this.#delivered];
    for (const metric of [this.#streams, this.#behind, ...counters]) metric.reset();
    for (const { figures } of workers) {
      if (figures === undefined) continue;
      const { lanes, behind, opened, refused, ended, delivered } = figures.shard;
      for (const [lane, count] of Object.entries(lanes)) this.#streams.inc({ lane }, count);
      this.#behind.inc(behind);
      this.#opened.inc(opened);
      this.#refused.inc(refused);
      for (const [reason, count] of Object.entries(ended)) this.#ended.inc({ reason }, count);
      this.#delivered.inc(delivered);
    }
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }
}
