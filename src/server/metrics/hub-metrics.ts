// The metrics of a hub in the text format of Prometheus. Nothing is counted here: what the processes have counted is read
// for each scrape, row by row, and prom-client adds it up and writes it.

import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import type { HistogramFigures } from '../../base/histogram.ts';
import type { HubFigures } from './figures.ts';
import { hubRows, logRows, type MetricRow, processRows, shardRows, workerRows } from './metric-rows.ts';

type Labels = Record<string, string | number>;
// Without `collect`, which only a metric that counts by itself has.
type Metric = Omit<MetricObjectWithValues<MetricValue<string>>, 'collect'>;

export class HubMetrics {
  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #figures: () => Promise<HubFigures>;

  constructor(figures: () => Promise<HubFigures>) {
    this.#figures = figures;
  }

  /** All metrics as they are now. */
  async text(): Promise<string> {
    const figures = await this.#figures();
    const { shards, past, log, workers, processes } = figures;
    const metrics = [
      ...shards.map((shard) => metricsOf(shardRows, shard)),
      ...(past === undefined
        ? []
        : [
            metricsOf(
              shardRows.filter(({ type }) => type !== 'gauge'),
              past,
            ),
          ]),
      metricsOf(logRows, log),
      metricsOf(hubRows, figures),
      ...workers.map((worker) => metricsOf(workerRows, worker, { worker: worker.worker })),
      ...processes.map(([name, process]) => metricsOf(processRows, process, { process: name })),
    ];
    return AggregatorRegistry.aggregate(metrics as object[]).metrics();
  }
}

/** The metrics of one source, for prom-client to add to those of others. */
function metricsOf<Source>(
  rows: readonly MetricRow<Source>[],
  source: Source,
  labels: Labels = {},
): Metric[] {
  return rows.map((row) => ({
    name: row.name,
    help: row.help,
    type: row.type as never,
    aggregator: 'sum',
    values: valuesOf(row, source, labels),
  }));
}

function valuesOf<Source>(row: MetricRow<Source>, source: Source, labels: Labels): MetricValue<string>[] {
  const { label, name } = row;
  if (row.type !== 'histogram') {
    const read = row.read(source);
    if (read === undefined) return [];
    if (typeof read === 'number') return [{ value: read, labels }];
    return Object.entries(read).map(([key, value]) => ({ value, labels: { ...labels, [label!]: key } }));
  }
  const read = row.read(source);
  if (isHistogram(read)) return bucketsOf(name, row.bounds, read, labels);
  return Object.entries(read).flatMap(([key, figures]) =>
    bucketsOf(name, row.bounds, figures, { ...labels, [label!]: key }),
  );
}

function bucketsOf(
  name: string,
  bounds: readonly number[],
  { counts, sum }: HistogramFigures,
  labels: Labels,
): MetricValue<string>[] {
  let total = 0;
  const values: (MetricValue<string> & { metricName: string })[] = counts.map((count, i) => {
    total += count;
    return { metricName: `${name}_bucket`, value: total, labels: { ...labels, le: bounds[i] ?? '+Inf' } };
  });
  values.push({ metricName: `${name}_sum`, value: sum, labels });
  values.push({ metricName: `${name}_count`, value: total, labels });
  return values;
}

function isHistogram(read: HistogramFigures | object): read is HistogramFigures {
  return 'counts' in read;
}
