// The report for an issue or a wiki. Foreign text is shown as it is: what could be markup, a link or a mention
// becomes a code span, where Markdown reads nothing.

import type { Comparison } from './comparison.ts';
import { factTable } from './fact-table.ts';
import { foreign } from './markdown-text.ts';
import { formatQuantity } from './quantity.ts';
import type { ReportDocument } from './report-document.ts';
import type { RunSection } from './run-section.ts';
import {
  figureText,
  latencyCells,
  latencyHead,
  ratioCell,
  roundsCells,
  runLine,
  valueCell,
} from './words.ts';

export function markdownReport(document: ReportDocument): string {
  const { sections, comparison } = document;
  const blocks = [`# ${foreign(document.title)}`];
  if (comparison !== undefined) blocks.push(...comparisonBlocks(comparison));
  if (sections.length > 1) blocks.push(...runsBlocks(sections));
  else blocks.push(...sectionBlocks(sections[0]!));
  blocks.push(factBlock(document));
  return `${blocks.join('\n\n')}\n`;
}

function comparisonBlocks({ peers, rows, notes }: Comparison): string[] {
  const base = foreign(peers[0]!.name);
  const names = peers.map(
    ({ name, rounds }) => `${foreign(name)}${rounds.length > 1 ? ` (median of ${rounds.length})` : ''}`,
  );
  const head = ['', ...names.flatMap((name, i) => (i === 0 ? [name] : [name, `of ${base}, by round`]))];
  const body = rows.map(({ label, unit, cells }) => [
    label,
    ...cells.flatMap((cell, i) =>
      i === 0 ? [valueCell(cell, unit)] : [valueCell(cell, unit), ratioCell(cell)],
    ),
  ]);
  return ['## Comparison', table([head, ...body]), ...notes];
}

function runsBlocks(sections: readonly RunSection[]): string[] {
  const rows = roundsCells(sections).map(([name, ...cells]) => [
    foreign(name!),
    ...cells.slice(0, -1),
    foreign(cells.at(-1)!),
  ]);
  const notes = sections.flatMap(({ name, notes }) =>
    notes.map((note) => `> ${foreign(`${name}: ${note}`)}`),
  );
  return ['## Runs', table(rows), ...(notes.length > 0 ? [notes.join('\n>\n')] : [])];
}

function sectionBlocks(section: RunSection): string[] {
  const blocks = [foreign(runLine(section))];
  const { verdict, notes, latencies, groups, ends, notMeasured, proof } = section;
  if (notes.length > 0) blocks.push(notes.map((note) => `> ${foreign(note)}`).join('\n>\n'));
  if (verdict !== undefined) {
    blocks.push(`**Verdict: ${foreign(verdict.outcome)}**`);
    const checks = verdict.checks.map((check) =>
      [check.objective, check.outcome, check.because].map(foreign),
    );
    if (checks.length > 0) blocks.push(table([['objective', 'outcome', 'because'], ...checks], 'left'));
  }
  if (latencies.length > 0) blocks.push(table([latencyHead, ...latencies.map(latencyCells)]));
  const figures = groups.filter(({ title }) => title !== 'Latency').flatMap((group) => group.figures);
  if (figures.length > 0) {
    // Labels may hold words of the file: reasons, states of sockets.
    const rows = figures.map((figure) => [foreign(figure.label), figureText(figure), figure.note ?? '']);
    blocks.push(table([['figure', 'value', 'note'], ...rows]));
  }
  if (ends.length > 0) {
    const rows = ends.map(([reason, count]) => [foreign(reason), formatQuantity(count, 'count')]);
    blocks.push(table([['end reason', 'streams'], ...rows]));
  }
  if (proof.length > 0) blocks.push(...proof.map(([label, text]) => `- ${foreign(label)}: ${foreign(text)}`));
  if (notMeasured.length > 0) blocks.push(`Not measured: ${notMeasured.join('; ')}.`);
  return blocks;
}

function factBlock({ sections }: ReportDocument): string {
  const { shared, differing } = factTable(sections);
  const rows = [
    ...shared.map(([name, value]) => [foreign(name), foreign(value)]),
    ...differing.map(([name, values]) => [
      foreign(name),
      values.map((value) => foreign(value) || '-').join(', '),
    ]),
  ];
  const facts = table([['fact', 'value'], ...rows], 'left');
  return `<details>\n<summary>What was run, to repeat it</summary>\n\n${facts}\n\n</details>`;
}

function table(rows: readonly (readonly string[])[], numbers: 'left' | 'right' = 'right'): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = rows[0]!.map((_, i) => (i === 0 || numbers === 'left' ? '---' : '---:'));
  return [line(rows[0]!), line(rule), ...rows.slice(1).map(line)].join('\n');
}
