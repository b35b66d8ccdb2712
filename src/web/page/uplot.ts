// uPlot, which an earlier script of the page has defined, and how plots use it.

import type UPlot from 'uplot';

export interface Plotted {
  readonly data: UPlot.AlignedData;
  readonly options: Omit<UPlot.Options, 'width' | 'height'>;
}

const Plot = (globalThis as unknown as { readonly uPlot: typeof UPlot }).uPlot;

/** Plots over time share a cursor. */
export function createPlot(
  { data, options }: Plotted,
  group: string,
  width: number,
  height: number,
  into: HTMLElement,
): UPlot {
  const cursor: UPlot.Cursor = {
    drag: { x: true, y: false },
    ...(group === '' ? {} : { sync: { key: group } }),
  };
  return new Plot({ cursor, ...options, width, height }, data, into);
}

/** Tables with x values of their own as one; where a table has no value, its line goes on. */
export function joinTables(
  tables: readonly (readonly [x: readonly number[], y: readonly (number | null)[]])[],
): UPlot.AlignedData {
  return Plot.join(tables as unknown as UPlot.AlignedData[]);
}
