// The completion script for fish.

import type { CommandLine, CompletedCommand, CompletedOption, Completion } from './command-line.ts';

export function fishCompletion({ commands, options }: CommandLine): string {
  const none = '__fish_use_subcommand';
  const lines = [
    '# Completes holdfast in fish. Printed by: holdfast completion fish',
    'complete -c holdfast -f',
    ...options.map((option) => optionLine(option, none)),
    ...commands.map(
      ({ name, description }) => `complete -c holdfast -n ${none} -a ${name} -d ${quoted(description)}`,
    ),
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines({ name, options, operands }: CompletedCommand): string[] {
  const here = quoted(`__fish_seen_subcommand_from ${name}`);
  return [
    ...options.map((option) => optionLine(option, here)),
    ...operands.flatMap((operand, i) =>
      operand === 'nothing'
        ? []
        : [`complete -c holdfast -n ${quoted(placeOf(name, operands, i))} ${source(operand)}`],
    ),
  ];
}

/** The condition under which operand `i` is next: fish does not count them, but knows which words were there. */
function placeOf(name: string, operands: readonly Completion[], i: number): string {
  const words = operands.map((operand) => (typeof operand === 'string' ? [] : operand.words));
  const isThere = words.slice(0, i).flat();
  const seen = [`__fish_seen_subcommand_from ${name}`];
  if (isThere.length > 0) seen.push(`__fish_seen_subcommand_from ${isThere.join(' ')}`);
  if (words[i]!.length > 0) seen.push(`not __fish_seen_subcommand_from ${words[i]!.join(' ')}`);
  return seen.join('; and ');
}

function optionLine({ flag, description, value }: CompletedOption, condition: string): string {
  const takes = value === undefined ? '' : ` -r ${source(value)}`;
  return `complete -c holdfast -n ${condition} -l ${flag.slice(2)}${takes} -d ${quoted(description)}`.replace(
    / {2,}/g,
    ' ',
  );
}

function source(completion: Completion): string {
  if (completion === 'nothing') return '-f';
  if (completion === 'file') return '-F';
  return completion === 'folder'
    ? `-f -a ${quoted('(__fish_complete_directories)')}`
    : `-f -a ${quoted(completion.words.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
