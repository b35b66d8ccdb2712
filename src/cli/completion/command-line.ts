// What can be written on the command line, as data: read from the program itself, so that completions know each option
// as soon as it is there.

import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { valuesOf } from '../option-rows.ts';

/** What may stand in a place: one of some words, the name of a file or folder, or what nobody can guess. */
export type Completion = { readonly words: readonly string[] } | 'file' | 'folder' | 'nothing';

export interface CompletedOption {
  /** Such as `--url`. */
  readonly flag: string;
  readonly description: string;
  /** Undefined for an option that takes no value. */
  readonly value: Completion | undefined;
}

export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** In order; the last one may stand more than once when `isVariadic`. */
  readonly operands: readonly Completion[];
  readonly isVariadic: boolean;
}

export interface CommandLine {
  readonly commands: readonly CompletedCommand[];
  /** Of the program itself. */
  readonly options: readonly CompletedOption[];
}

export function commandLineOf(program: CommandUnknownOpts): CommandLine {
  return { commands: program.commands.map(commandOf), options: optionsOf(program) };
}

function commandOf(command: CommandUnknownOpts): CompletedCommand {
  return command.commands.length === 0 ? leafOf(command) : groupOf(command);
}

/** A command that holds others: their names come first, then the options of all of them. */
function groupOf(command: CommandUnknownOpts): CompletedCommand {
  const inner = command.commands.map(leafOf);
  const options = [...optionsOf(command), ...inner.flatMap((leaf) => leaf.options)];
  return {
    name: command.name(),
    description: command.description(),
    options: [...new Map(options.map((option) => [option.flag, option])).values()],
    operands: [{ words: inner.map(({ name }) => name) }],
    isVariadic: false,
  };
}

function leafOf(command: CommandUnknownOpts): CompletedCommand {
  const operands = command.registeredArguments;
  return {
    name: command.name(),
    description: command.description(),
    options: optionsOf(command),
    operands: operands.map((operand) =>
      operand.argChoices === undefined ? kindOf(operand.name()) : { words: operand.argChoices },
    ),
    isVariadic: operands.at(-1)?.variadic ?? false,
  };
}

function optionsOf(command: CommandUnknownOpts): CompletedOption[] {
  const all = command.createHelp().visibleOptions(command);
  return all.map((option) => ({
    flag: option.long ?? option.flags,
    description: option.description,
    value: option.required ? completionOf(option) : undefined,
  }));
}

function completionOf(option: Option): Completion {
  const words = valuesOf(option);
  return words.length > 0 ? { words } : kindOf(/<(.+)>/.exec(option.flags)?.[1] ?? '');
}

/** By what the value is called. */
function kindOf(placeholder: string): Completion {
  if (placeholder === 'file') return 'file';
  return placeholder === 'folder' || placeholder === 'path' ? 'folder' : 'nothing';
}
