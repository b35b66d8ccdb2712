// The report for a terminal: aligned, at most a line for each figure, colour only where the caller paints.

import { clean } from './clean-text.ts';
import type { Comparison } from './comparison.ts';
import { factTable } from './fact-table.ts';
import type { FigureGroup } from './figures.ts';
import { formatQuantity } from './quantity.ts';
import type { Verdict } from './record.ts';
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

export type Paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string;

const plain: Paint = (_style, text) => text;

export function textReport(document: ReportDocument, paint: Paint = plain): string {
  const { sections, comparison } = document;
  const blocks = [paint('bold', clean(document.title))];
  if (comparison !== undefined) blocks.push(comparisonBlock(comparison, paint));
  // Of several runs each has a line; whoever wants all of one reports its file alone.
  if (sections.length > 1) blocks.push(runsBlock(sections, paint));
  else blocks.push(...sectionBlocks(sections[0]!, paint));
  blocks.push(...factBlocks(document, paint));
  return `${blocks.join('\n\n')}\n`;
}

function comparisonBlock({ peers, rows, notes }: Comparison, paint: Paint): string {
  const rounds = peers.map((peer) => (peer.rounds.length === 1 ? '' : `median of ${peer.rounds.length}`));
  const split = <T>(values: readonly T[], first: (value: T) => string, second: (value: T) => string) =>
    values.flatMap((value, i) => (i === 0 ? [first(value)] : [first(value), second(value)]));
  const table = [
    [
      '',
      ...split(
        peers,
        (peer) => peer.name,
        () => `of ${peers[0]!.name}`,
      ),
    ],
    ...(rounds.some((text) => text !== '') ? [['', ...split(rounds, String, () => 'a round (spread)')]] : []),
    ...rows.map((row) => [row.label, ...split(row.cells, (cell) => valueCell(cell, row.unit), ratioCell)]),
  ];
  const lines = indent(alignedTable(table));
  return [heading(paint, 'Comparison'), ...lines, ...notes.map((note) => `  ${paint('dim', note)}`)].join(
    '\n',
  );
}

function runsBlock(sections: readonly RunSection[], paint: Paint): string {
  const notes = sections.flatMap(({ name, notes }) =>
    notes.map((note) => paint('yellow', `! ${clean(name)}: ${clean(note)}`)),
  );
  return [heading(paint, 'Runs'), ...indent(alignedTable(roundsCells(sections))), ...notes].join('\n');
}

function sectionBlocks(section: RunSection, paint: Paint): string[] {
  const notes = section.notes.map((note) => paint('yellow', `! ${clean(note)}`));
  const blocks = [[clean(runLine(section)), ...notes].join('\n')];
  if (section.verdict !== undefined) blocks.push(verdictBlock(section.verdict, paint));
  if (section.proof.length > 0) {
    const rows = section.proof.map(([label, text]) => `${clean(label)}: ${clean(text)}`);
    blocks.push([heading(paint, 'What faults cost'), ...indent(rows)].join('\n'));
  }
  if (section.latencies.length > 0) {
    const table = [latencyHead, ...section.latencies.map(latencyCells)];
    blocks.push([heading(paint, 'Latency'), ...indent(alignedTable(table))].join('\n'));
  }
  for (const group of section.groups) {
    // The table above says the same, and more.
    if (group.title !== 'Latency') blocks.push(groupBlock(group, paint));
  }
  if (section.ends.length > 0) {
    const rows = section.ends.map(([reason, count]) => [reason, formatQuantity(count, 'count')]);
    blocks.push([heading(paint, 'Ends by reason'), ...indent(alignedTable(rows))].join('\n'));
  }
  if (section.notMeasured.length > 0)
    blocks.push(paint('dim', `Not measured: ${section.notMeasured.join('; ')}.`));
  return blocks;
}

function verdictBlock({ outcome, checks }: Verdict, paint: Paint): string {
  const rows = checks.map((check) => [check.outcome, check.objective, check.because]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => clean(row[column]!).length)));
  const lines = rows.map(([result, objective, because]) => {
    const word = paint(colourOf(result!), clean(result!).padEnd(widths[0]!));
    return `  ${word}  ${clean(objective!).padEnd(widths[1]!)}  ${clean(because!)}`.trimEnd();
  });
  return [`${paint('bold', 'Verdict: ')}${paint(colourOf(outcome), clean(outcome))}`, ...lines].join('\n');
}

const colourOf = (outcome: string) => (outcome === 'pass' ? 'green' : outcome === 'fail' ? 'red' : 'yellow');

function groupBlock({ title, figures }: FigureGroup, paint: Paint): string {
  const table = indent(alignedTable(figures.map((figure) => [figure.label, figureText(figure)])));
  const notes = figures.map(({ note }) => (note === undefined ? '' : paint('dim', `  ${note}`)));
  return [heading(paint, title), ...table.map((line, i) => `${line}${notes[i]}`)].join('\n');
}

function factBlocks({ sections }: ReportDocument, paint: Paint): string[] {
  const { shared, differing } = factTable(sections);
  const blocks: string[] = [];
  if (shared.length > 0) {
    const title = sections.length > 1 ? 'What was run, the same for all' : 'What was run';
    const width = Math.max(...shared.map(([name]) => clean(name).length));
    const lines = shared.map(([name, value]) => `  ${clean(name).padEnd(width)}  ${clean(value)}`);
    blocks.push([heading(paint, title), ...lines].join('\n'));
  }
  if (differing.length > 0) {
    const lines = differing.map(
      ([name, values]) => `  ${clean(name)}: ${values.map((value) => clean(value) || '-').join(' | ')}`,
    );
    blocks.push([heading(paint, 'What differed'), ...lines].join('\n'));
  }
  return blocks;
}

const heading = (paint: Paint, text: string) => paint('bold', text);
const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

// The first column is words, the others are numbers.
function alignedTable(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(clean));
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]!.length))) ?? [];
  return cells.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}
