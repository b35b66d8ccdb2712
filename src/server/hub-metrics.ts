// What Prometheus reads of a hub. Nothing is counted here: the hub's own numbers are read when they are asked for.

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { HubStats } from '../hub/hub-core.ts';

/** The metrics of one hub and of the process that it runs in. */
export function createHubMetrics(stats: () => HubStats): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'sse_streams',
    help: 'Streams that are open or ending, by the way they came: fast (straight on the socket), http (through node:http), inside (the canary)',
    labelNames: ['lane'],
    registers,
    collect() {
      for (const [lane, count] of Object.entries(stats().lanes)) this.set({ lane }, count);
    },
  });
  new Gauge({
    name: 'sse_behind_streams',
    help: 'Streams that read on from a position instead of getting events as they are announced',
    registers,
    collect() {
      this.set(stats().behind);
    },
  });
  const counter = (name: string, help: string, read: (stats: HubStats) => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read(stats()));
      },
    });
  counter('sse_streams_opened_total', 'Streams opened since the start', ({ opened }) => opened);
  counter(
    'sse_events_delivered_total',
    'Events written to streams since the start',
    ({ delivered }) => delivered,
  );
  new Counter({
    name: 'sse_streams_ended_total',
    help: 'Streams ended since the start, by reason; docs/protocol.md says what each means',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(stats().ended)) this.inc({ reason }, count);
    },
  });
  return registry;
}
