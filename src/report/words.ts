// The cells of a report's tables, in words and numbers that all formats share.

import type { ComparisonCell } from './comparison.ts';
import type { Figure } from './figures.ts';
import { formatQuantity, formatRatio, type Unit } from './quantity.ts';
import type { Latency } from './record.ts';
import type { LatencyRow, RunSection } from './run-section.ts';

export const latencyHead = ['', 'count', 'p50', 'p90', 'p99', 'p99.9', 'max', 'mean'];

export function latencyCells({ label, figures }: LatencyRow): string[] {
  const names = ['p50Us', 'p90Us', 'p99Us', 'p999Us', 'maxUs', 'meanUs'] as const satisfies (keyof Latency)[];
  return [label, quantity(figures.count, 'count'), ...names.map((name) => quantity(figures[name], 'us'))];
}

/** `-` for what was not measured. */
function quantity(value: number | undefined, unit: Unit): string {
  return value === undefined ? '-' : formatQuantity(value, unit);
}

export const figureText = ({ value, unit }: Figure) => formatQuantity(value, unit);

export function valueCell(cell: ComparisonCell | undefined, unit: Unit): string {
  return quantity(cell?.value.median, unit);
}

/** `0.58x (0.55 to 0.60)`: the median of the rounds and how far they spread; `-` without a counterpart. */
export function ratioCell(cell: ComparisonCell | undefined): string {
  const ratio = cell?.ratio;
  if (ratio === undefined) return '-';
  const [min, max] = [ratio.min, ratio.max].map((value) => formatRatio(value).slice(0, -1));
  return `${formatRatio(ratio.median)}${min === max ? '' : ` (${min} to ${max})`}`;
}

const roundsColumns: readonly (readonly [head: string, id: string])[] = [
  ['p50', 'latencyP50'],
  ['p99', 'latencyP99'],
  ['p99.9', 'latencyP999'],
  ['delivered', 'deliveredPerSecond'],
  ['lost', 'lost'],
  ['CPU an event', 'serverCpuUsPerEvent'],
  ['memory a stream', 'serverBytesPerStream'],
];

/** Every run in a row, the head first; columns that no run has are left out. */
export function roundsCells(sections: readonly RunSection[]): string[][] {
  const maps = sections.map(
    ({ groups }) => new Map(groups.flatMap((group) => group.figures.map((figure) => [figure.id, figure]))),
  );
  const columns = roundsColumns.filter(([, id]) => maps.some((figures) => figures.has(id)));
  const rows = sections.map(({ name, verdict }, i) => {
    const figures = columns.map(([, id]) => maps[i]!.get(id));
    return [
      name,
      ...figures.map((figure) => (figure === undefined ? '-' : figureText(figure))),
      verdict?.outcome || '-',
    ];
  });
  return [['', ...columns.map(([head]) => head), 'verdict'], ...rows];
}

/** `holdfast load, 10 min, started 2026-05-12 10:15:00 UTC`. */
export function runLine({ tool, durationMs, startedAt }: RunSection): string {
  const parts = [
    tool === '' ? '' : `holdfast ${tool}`,
    durationMs === undefined ? '' : formatQuantity(durationMs, 'ms'),
    startedAt === ''
      ? ''
      : `started ${startedAt.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2 UTC')}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
