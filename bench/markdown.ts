// The same tables for a document: what docs/benchmarks.md takes over. Pure.

import { formatQuantity } from '../src/report/quantity.ts';
import type { FigureName } from './figures.ts';
import type { BenchOutcome, VariantOutcome } from './outcome.ts';
import { variantNotes, variantTable } from './tables.ts';

/** On what it was measured, and which peers could not be had. */
export function factsMarkdown({
  startedAt,
  resumedAt,
  arguments: given,
  facts,
  missing,
}: BenchOutcome): string {
  const resumed = resumedAt.length === 0 ? '' : `, taken up again ${resumedAt.join(' and ')}`;
  const memory = facts.memoryBytes === undefined ? '' : `, ${formatQuantity(facts.memoryBytes, 'bytes')}`;
  return [
    `\`npm run bench${given.length === 0 ? '' : ` -- ${given.join(' ')}`}\`, ${startedAt}${resumed}; commit ${facts.commit}.`,
    `${facts.cpus} x ${facts.cpuModel}${memory}, ${facts.kernel}, Node.js ${facts.node}, tcp_wmem ${facts.tcpWmem}.`,
    ...Object.entries(missing).map(([name, reason]) => `Missing peer ${name}: ${reason}.`),
    '',
  ].join('\n');
}

/** A heading, how it was measured, a row a peer, and a list of what failed, was left out and was asked. */
export function variantMarkdown(
  outcome: VariantOutcome,
  columns: readonly FigureName[],
  peers: readonly string[],
): string {
  const { scenario, title, rounds } = outcome;
  const table = variantTable(outcome, columns, peers);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [head = [], ...rows] = table;
  const line = head.map((_, column) => (column === 0 ? '---' : '---:'));
  const notes = variantNotes(outcome).map((note) => `- ${note.replace(/^[-!] /, '')}`);
  return [
    `### ${scenario}: ${title}`,
    '',
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'}; medians, with the least and the most.`,
    '',
    ...(rows.length > 0 ? [row(head), row(line), ...rows.map(row), ''] : []),
    ...(notes.length > 0 ? [...notes, ''] : []),
  ].join('\n');
}
