// The latency histograms of a run's intervals as a heat map: time across, latency up (log), how many events as
// one of 64 levels (log). It is built while the samples come: whenever there are more columns than can be told
// apart, they are added up in twos.

import type { LatencyCounts } from './latency-counts.ts';
import type { HeatMap } from './page/plot-data.ts';

const MAX_COLUMNS = 1000;
/** Rows for each factor of ten. */
const ROWS_PER_DECADE = 12;
const LEVELS = 63;

interface Column {
  readonly fromMs: number;
  toMs: number;
  /** Row -> events. */
  readonly cells: Map<number, number>;
}

export class HeatColumns {
  #columns: Column[] = [];
  #intervals = 0;
  #intervalsPerColumn = 1;

  add(fromMs: number, toMs: number, latency: LatencyCounts | undefined): void {
    const cells = new Map<number, number>();
    for (const [i, us] of (latency?.valuesUs ?? []).entries()) addTo(cells, rowOf(us), latency!.counts[i]!);
    const column = { fromMs, toMs, cells };
    if (this.#intervals++ % this.#intervalsPerColumn === 0) this.#columns.push(column);
    else mergeInto(this.#columns.at(-1)!, column);
    if (this.#columns.length > MAX_COLUMNS) this.#halve();
  }

  /** Undefined when there was no histogram. */
  heatMap(): HeatMap | undefined {
    const rowsUsed = this.#columns.flatMap(({ cells }) => [...cells.keys()]);
    if (rowsUsed.length === 0) return undefined;
    const firstRow = rowsUsed.reduce((low, row) => Math.min(low, row));
    const lastRow = rowsUsed.reduce((high, row) => Math.max(high, row));
    const most = this.#columns.reduce((high, { cells }) => Math.max(high, ...cells.values()), 0);
    const rows = Array.from({ length: lastRow - firstRow + 1 }, (_, i) => firstRow + i);
    return {
      edges: [this.#columns[0]!.fromMs / 1000, ...this.#columns.map((column) => column.toMs / 1000)],
      ...{ firstRow, rows: rows.length, rowsPerDecade: ROWS_PER_DECADE, most },
      intervalsPerColumn: this.#intervalsPerColumn,
      columns: this.#columns.map(({ cells }) =>
        rows.map((row) => levelOf(cells.get(row) ?? 0, most)).join(''),
      ),
    };
  }

  #halve(): void {
    for (const [i, column] of this.#columns.entries())
      if (i % 2 === 1) mergeInto(this.#columns[i - 1]!, column);
    this.#columns = this.#columns.filter((_, i) => i % 2 === 0);
    this.#intervalsPerColumn *= 2;
  }
}

function mergeInto(column: Column, next: Column): void {
  column.toMs = next.toMs;
  for (const [row, count] of next.cells) addTo(column.cells, row, count);
}

function addTo(cells: Map<number, number>, row: number, count: number): void {
  cells.set(row, (cells.get(row) ?? 0) + count);
}

const rowOf = (us: number) => Math.floor(Math.log10(Math.max(us, 1)) * ROWS_PER_DECADE);

// A single event is level 1: the one that was late is what a reader looks for.
function levelOf(count: number, most: number): string {
  const level =
    count === 0 ? 0 : 1 + Math.floor(((LEVELS - 1) * Math.log(count)) / Math.max(Math.log(most), 1));
  return String.fromCharCode(48 + Math.min(level, LEVELS));
}
