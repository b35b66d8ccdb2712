// `holdfast completion`: prints the script that completes the command line in a shell.

import { Argument, type Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { bashCompletion } from './completion/bash.ts';
import { commandLineOf } from './completion/command-line.ts';
import { fishCompletion } from './completion/fish.ts';
import { zshCompletion } from './completion/zsh.ts';

const writers = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
const shells = ['bash', 'zsh', 'fish'] as const;

const notes = `
Put the script where the shell looks for it, once:
  cd ~/.local/share/bash-completion/completions && holdfast completion bash > holdfast
  cd "\${fpath[1]}" && holdfast completion zsh > _holdfast
  cd ~/.config/fish/completions && holdfast completion fish > holdfast.fish

Or for one session: source <(holdfast completion bash)
`;

export function defineCompletion(program: Command): void {
  program
    .command('completion')
    .description('print the script that completes the command line in a shell')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(shells))
    .addHelpText('after', notes)
    .action((shell) => {
      process.stdout.write(writers[shell](commandLineOf(program as CommandUnknownOpts)));
    });
}
