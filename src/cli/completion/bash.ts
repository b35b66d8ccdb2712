// The completion script for bash, from 3.2 (macOS) on, with or without the package bash-completion.

import type { CommandLine, CompletedCommand, Completion } from './command-line.ts';

export function bashCompletion({ commands, options }: CommandLine): string {
  const names = commands.map(({ name }) => name);
  return `# Completes holdfast in bash. Printed by: holdfast completion bash
_holdfast() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local command='' operand=-1 i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ -z $command ]]; then
      case "\${COMP_WORDS[i]}" in
        ${names.join('|')}) command="\${COMP_WORDS[i]}" operand=0 ;;
      esac
    elif _holdfast_takes_value "$command \${COMP_WORDS[i]}"; then
      ((i++))
    elif [[ \${COMP_WORDS[i]} != -* ]]; then
      ((operand++))
    fi
  done
  case "$command $before" in
${commands.flatMap(valueCases).join('\n')}
  esac
  # A value that nobody can guess.
  if _holdfast_takes_value "$command $before"; then return; fi
  if [[ -z $command ]]; then
    _holdfast_words '${[...names, ...options.map(({ flag }) => flag)].join(' ')}'
  elif [[ $word == -* ]]; then
    case "$command" in
${commands.map(({ name, options }) => `      ${name}) _holdfast_words '${options.map(({ flag }) => flag).join(' ')}' ;;`).join('\n')}
    esac
  else
    case "$command $operand" in
${commands.flatMap(operandCases).join('\n')}
    esac
  fi
}
_holdfast_takes_value() {
  case "$1" in
${commands.map(valueFlags).filter(Boolean).join('\n')}
  esac
  return 1
}
_holdfast_words() {
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}
_holdfast_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$word"))
}
complete -F _holdfast holdfast
`;
}

function valueFlags({ name, options }: CompletedCommand): string {
  const flags = options.filter(({ value }) => value !== undefined).map(({ flag }) => `'${name} ${flag}'`);
  return flags.length === 0 ? '' : `    ${flags.join('|')}) return 0 ;;`;
}

function valueCases({ name, options }: CompletedCommand): string[] {
  return options.flatMap(({ flag, value }) =>
    value === undefined || value === 'nothing' ? [] : [`    '${name} ${flag}') ${action(value)} return ;;`],
  );
}

function operandCases({ name, operands, isVariadic }: CompletedCommand): string[] {
  return operands.flatMap((operand, i) => {
    if (operand === 'nothing') return [];
    const place = isVariadic && i === operands.length - 1 ? `'${name} '*` : `'${name} ${i}'`;
    return [`      ${place}) ${action(operand)} ;;`];
  });
}

function action(completion: Exclude<Completion, 'nothing'>): string {
  if (completion === 'file') return '_holdfast_paths -f;';
  if (completion === 'folder') return '_holdfast_paths -d;';
  return `_holdfast_words '${completion.words.join(' ')}';`;
}
