// What the page is given to plot. Only numbers and names; the page draws names as text, never as markup.

export type SeriesName =
  | 'streamsUp'
  | 'streamsWanted'
  | 'delivered'
  | 'published'
  | 'reconnects'
  | 'ends'
  | 'p50'
  | 'p90'
  | 'p99'
  | 'max'
  | 'serverCores'
  | 'serverUsPerEvent'
  | 'privateMiB'
  | 'kernelMiB'
  | 'fileMiB'
  | 'openFiles'
  | 'heapMiB'
  | 'gcCores'
  | 'serverLoopDelay'
  | 'generatorCores'
  | 'generatorMiB';

/** Null where it was not measured. */
export type Values = readonly (number | null)[];

export interface PlotRun {
  readonly name: string;
  /** Which peer, for the colour, and which of its rounds, for the dashes. */
  readonly peer: number;
  readonly round: number;
  /** The end of each interval, since the start of the run. */
  readonly seconds: readonly number[];
  /** Rates are a second; latencies are milliseconds. A series that was never measured is absent. */
  readonly series: Readonly<Partial<Record<SeriesName, Values>>>;
  /** From and to, in seconds: here latencies are upper bounds. */
  readonly limited: readonly (readonly [from: number, to: number])[];
  /** Of a scenario: what was broken, from and to in seconds. */
  readonly faults: readonly (readonly [name: string, from: number, to: number])[];
  /** Nines (99 % is 2) and milliseconds. */
  readonly curve: readonly (readonly [nines: number, ms: number])[];
  readonly heat: HeatMap | undefined;
}

export interface HeatMap {
  /** One more than there are columns: where each begins, and where the last ends. */
  readonly edges: readonly number[];
  /** Lowest row; row r begins at 10^(r / rowsPerDecade) microseconds. */
  readonly firstRow: number;
  readonly rows: number;
  readonly rowsPerDecade: number;
  /** A column is a string of one character a row: `0` for none, up to `o` (64 levels, log of the count). */
  readonly columns: readonly string[];
  readonly intervalsPerColumn: number;
  /** Events in the fullest cell. */
  readonly most: number;
}

export interface PlotData {
  readonly runs: readonly PlotRun[];
}
