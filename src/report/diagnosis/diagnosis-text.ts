// A diagnosis for a terminal: the finding first, then why, what it is not, and what to do.

import { clean } from '../clean-text.ts';
import type { Paint } from '../text-report.ts';
import type { DiagnosisRecord, FindingRecord, Sureness } from './diagnosis-record.ts';
import { countText, inputText, placesText, surenessText, verdictText } from './diagnosis-words.ts';

const WIDTH = 100;
const plain: Paint = (_style, text) => text;
const colours: Readonly<Record<Sureness, 'red' | 'yellow' | 'dim'>> = {
  sure: 'red',
  likely: 'yellow',
  possible: 'dim',
};

export function diagnosisText(diagnosis: DiagnosisRecord, paint: Paint = plain): string {
  const { inputs, findings, normal, unknown, notChecked } = diagnosis;
  const blocks = [
    inputs
      .flatMap((input) => [inputText(input), ...input.notes.map((note) => `  ! ${note}`)])
      .map((line) => paint('dim', clean(line)))
      .join('\n'),
    paint(findings.length > 0 ? 'bold' : 'green', verdictText(diagnosis)),
    ...findings.map((finding) => findingBlock(finding, paint)),
  ];
  const tail = [
    ...labelled('normal', normal.map(countText)),
    ...labelled('not known', unknown.map(countText)),
    ...labelled('not checked', notChecked),
  ];
  if (tail.length > 0) blocks.push(tail.join('\n'));
  if (findings.length > 0) {
    const first = findings[0]!.id;
    blocks.push(paint('dim', `holdfast diagnose explain ${first} says more about ${first}.`));
  }
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function findingBlock(finding: FindingRecord, paint: Paint, indent = ''): string {
  const { id, title, sureness, summary, why, not, help, more, consequences } = finding;
  const head = `${indent}${id.padEnd(4)} ${clean(title)}`;
  const sure = surenessText(finding);
  const space = ' '.repeat(Math.max(2, WIDTH - head.length - sure.length));
  const lines = [`${paint('bold', head)}${space}${paint(colours[sureness], sure)}`];
  lines.push(...wrap(clean(summary), `${indent}     `, `${indent}     `));
  const row = (label: string, texts: readonly string[]) => {
    texts.forEach((text, i) => {
      lines.push(...wrap(clean(text), `${indent}  ${(i === 0 ? label : '').padEnd(6)}`, `${indent}        `));
    });
  };
  why.forEach((reason, i) => {
    const places = placesText(reason);
    row(i === 0 ? 'why' : '', [places === '' ? reason.text : `${reason.text}  [${places}]`]);
    // On a line of its own and never wrapped, to be copied as it is.
    if (reason.filter !== undefined) lines.push(`${indent}        ${paint('dim', clean(reason.filter))}`);
  });
  if (not.length > 0) row('not', [not.map(({ id: other, because }) => `${other} (${because})`).join(', ')]);
  row(
    'help',
    help.map((text, i) => (i === 0 ? text : `or ${text}`)),
  );
  row('more', more);
  for (const consequence of consequences) {
    lines.push(`${indent}  then`, findingBlock(consequence, paint, `${indent}    `));
  }
  return lines.join('\n');
}

function labelled(label: string, texts: readonly string[]): string[] {
  const width = 13;
  return texts.flatMap((text, i) =>
    wrap(clean(text), (i === 0 ? label : '').padEnd(width), ' '.repeat(width)),
  );
}

function wrap(text: string, first: string, next: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = next;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
