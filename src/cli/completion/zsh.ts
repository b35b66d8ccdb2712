// The completion script for zsh, as a function to autoload; sourced after compinit it works as well.

import type { CommandLine, CompletedCommand, CompletedOption, Completion } from './command-line.ts';

export function zshCompletion({ commands, options }: CommandLine): string {
  return `#compdef holdfast
# Completes holdfast in zsh. Printed by: holdfast completion zsh
_holdfast() {
  local curcontext="$curcontext" state line
  _arguments -C ${options.map(optionSpec).join(' ')} '1:command:->command' '*::argument:->arguments'
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, description }) => `        ${quoted(`${name}:${description.replaceAll(':', '\\:')}`)}`).join('\n')}
      )
      _describe command commands
      ;;
    arguments)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _holdfast ]]; then _holdfast "$@"; else compdef _holdfast holdfast; fi
`;
}

function commandCase({ name, options, operands, isVariadic }: CompletedCommand): string {
  const specs = [
    ...options.map(optionSpec),
    ...operands.map((operand, i) => {
      const place = isVariadic && i === operands.length - 1 ? '*' : i + 1;
      // Not the message of an empty action: it would keep a unique option from being put in at the first TAB.
      return quoted(`${place}: :${operand === 'nothing' ? '{ : }' : action(operand)}`);
    }),
  ];
  return `        ${name})\n          _arguments \\\n            ${specs.join(' \\\n            ')}\n          ;;`;
}

function optionSpec({ flag, description, value }: CompletedOption): string {
  const text = description.replace(/[[\]\\:]/g, '\\$&');
  return quoted(`${flag}[${text}]${value === undefined ? '' : `: :${action(value)}`}`);
}

function action(completion: Completion): string {
  if (completion === 'nothing') return ' ';
  if (completion === 'file') return '_files';
  return completion === 'folder' ? '_files -/' : `(${completion.words.join(' ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
