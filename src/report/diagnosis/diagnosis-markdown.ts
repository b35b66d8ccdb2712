// A diagnosis for an issue or a wiki.

import { foreign } from '../markdown-text.ts';
import type { DiagnosisRecord, FindingRecord } from './diagnosis-record.ts';
import { countText, inputText, placesText, surenessText, verdictText } from './diagnosis-words.ts';

export function diagnosisMarkdown(diagnosis: DiagnosisRecord): string {
  const { inputs, findings, normal, unknown, notChecked } = diagnosis;
  const blocks = [
    '# Diagnosis',
    list(inputs.flatMap((input) => [inputText(input), ...input.notes])),
    `**${verdictText(diagnosis)}**`,
    ...findings.flatMap((finding) => findingBlocks(finding, 2)),
    ...section('Normal', normal.map(countText)),
    ...section('Not known', unknown.map(countText)),
    ...section('Not checked', notChecked),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function findingBlocks(finding: FindingRecord, level: number): string[] {
  const { id, title, summary, why, not, help, more, consequences } = finding;
  const reasons = why.map((reason) => {
    const places = placesText(reason);
    const where = places === '' ? '' : ` (${foreign(places)})`;
    const filter = reason.filter === undefined ? '' : `\n  ${code(reason.filter)}`;
    return `- ${foreign(reason.text)}${where}${filter}`;
  });
  return [
    `${'#'.repeat(level)} ${id} ${foreign(title)}: ${surenessText(finding)}`,
    foreign(summary),
    reasons.join('\n'),
    ...part(
      'Not',
      not.map((other) => `${other.id}: ${other.because}`),
    ),
    ...part('Help', help),
    ...part('More', more),
    ...consequences.flatMap((consequence) => ['Then:', ...findingBlocks(consequence, level + 1)]),
  ];
}

const list = (texts: readonly string[]) => texts.map((text) => `- ${foreign(text)}`).join('\n');
const part = (name: string, texts: readonly string[]) =>
  texts.length === 0 ? [] : [`**${name}**\n\n${list(texts)}`];
const section = (name: string, texts: readonly string[]) =>
  texts.length === 0 ? [] : [`## ${name}`, list(texts)];

// A display filter is pasted as it is, so it is never anything but a code span.
function code(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}
