// The page about one cause, as Markdown: docs/causes/*.md are written from it, and `holdfast diagnose explain` prints it.

import { type TimerRow, timerRows } from './data/timers.ts';
import { ruleById, rules } from './rules/index.ts';
import type { Rule } from './rules/rule.ts';

/** Ids of all causes, in order. */
export const causeIds: readonly string[] = rules.map(({ id }) => id).sort();

/** Which timers belong on the page of a cause. */
const timersOf: Readonly<Record<string, (row: TimerRow) => boolean>> = {
  S01: ({ measures, ends }) => measures === 'idle' && ends === 'silent',
  S02: ({ ends }) => ends === 'reset-both',
  S03: ({ measures, ends }) => measures === 'idle' && ends === 'close',
  S04: ({ measures }) => measures === 'total',
  S05: ({ measures, ends }) => measures === 'idle' && ends === 'stream',
  S29: ({ ends }) => ends === 'clean',
  S30: ({ measures }) => measures === 'reuse',
  S34: ({ measures }) => measures === 'before-head',
};

/** @throws RangeError for an id that is no cause. */
export function causePage(id: string): string {
  const rule = ruleById.get(id);
  if (rule === undefined) throw new RangeError(`Expected the id of a cause, got ${JSON.stringify(id)}`);
  const { page, needs, apartFrom } = rule;
  const blocks = [
    `# ${id}: ${page.title}`,
    page.what,
    section('In a capture', page.wire),
    page.elsewhere === undefined ? '' : section('Elsewhere', page.elsewhere),
    section('How to tell it apart', page.apart),
    section('What to do', page.help.map((text) => `- ${text}`).join('\n')),
    timerSection(id),
    section(
      'Evidence',
      `Needs ${needs.join(' or ')}.${apartFrom.length === 0 ? '' : ` Looks like: ${apartFrom.map(linkTo).join(', ')}.`}`,
    ),
    section(
      'Sources',
      page.sources
        .map(({ text, verified }) => `- ${text} (${verified ? 'read' : 'not verified'})`)
        .join('\n'),
    ),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** The page that lists all causes. */
export function causeIndex(): string {
  const rows = causeIds.map((id) => {
    const { page, needs } = ruleById.get(id)!;
    return [`[${id}](${fileOf(id)})`, page.title, needs.join(' or ')];
  });
  return `# Causes

What \`holdfast diagnose\` can find, and what it needs for that. \`holdfast diagnose explain S03\` prints a page. Texts that were
read for a rule are marked so in its sources; the rest is common knowledge, to be checked before you act on it alone.

${table([['cause', 'what', 'needs'], ...rows])}
`;
}

/** The file of a cause in docs/causes. */
export const fileOf = (id: string): string => `${id.toLowerCase()}.md`;

const linkTo = (id: string) => `[${id}](${fileOf(id)}) ${(ruleById.get(id) as Rule).page.title}`;
const section = (title: string, text: string) => `## ${title}\n\n${text}`;

function timerSection(id: string): string {
  const of = timersOf[id];
  if (of === undefined) return '';
  const rows = timerRows
    .filter(of)
    .map(({ hopName, setting, valueMs, help, verified }) => [
      hopName,
      setting,
      `${valueMs / 1000} s`,
      help,
      verified ? 'read' : 'not verified',
    ]);
  return section('Known timers', table([['hop', 'setting', 'default', 'what to do', 'source'], ...rows]));
}

// Columns as wide as the formatter of the repository makes them.
function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(cells[0]!), line(widths.map((width) => '-'.repeat(width))), ...cells.slice(1).map(line)].join(
    '\n',
  );
}
