// The completions, asked of real shells. Each must know every command and every option there is.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createProgram } from '../../src/cli/program.ts';
import { runCli } from '../support/child-process.ts';
import { shell } from '../support/require.ts';

const commands = createProgram().commands;
const names = commands.map((command) => command.name());

/** The words that a shell offers for the last of these; in a folder with one file and one folder. */
type Ask = (...words: string[]) => string[];

async function setStage(t: TestContext, name: 'bash' | 'zsh' | 'fish') {
  const path = shell(t, name);
  if (path === undefined) return undefined;
  const { code, stdout } = await runCli(t, ['completion', name]);
  assert.equal(code, 0);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-completion-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(folder, 'script');
  writeFileSync(script, stdout);
  const work = mkdtempSync(join(folder, 'work-'));
  writeFileSync(join(work, 'app file.log'), '');
  mkdtempSync(join(work, 'logs-'));
  const run = (args: readonly string[]) => {
    const { stdout, stderr } = spawnSync(path, args, {
      cwd: work,
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, HOME: folder, TERM: 'dumb' },
    });
    return { stdout, stderr };
  };
  return { script, run };
}

function knowsAll(ask: Ask): void {
  assert.deepEqual(
    ask('')
      .filter((word) => names.includes(word))
      .sort(),
    [...names].sort(),
  );
  for (const command of commands) {
    const offered = ask(command.name(), '--');
    const all = [command, ...command.commands].flatMap((each) => each.options);
    const missing = all.map(({ long }) => long!).filter((flag) => !offered.includes(flag));
    assert.deepEqual(missing, [], command.name());
    const inner = command.commands.map((each) => each.name());
    assert.deepEqual(
      inner.filter((name) => !ask(command.name(), '').includes(name)),
      [],
    );
  }
}

function completesValues(ask: Ask): void {
  assert.deepEqual(ask('su'), ['sub']);
  assert.deepEqual(ask('sub', '--unt'), ['--until']);
  assert.deepEqual(ask('sub', 'a', '--format', '').sort(), ['auto', 'data', 'ndjson', 'pretty']);
  assert.deepEqual(ask('serve', '--log', 'l'), ['lmdb']);
  assert.deepEqual(ask('log', '').sort(), ['info', 'new-epoch', 'verify']);
  assert.deepEqual(ask('completion', 'f'), ['fish']);
  assert.deepEqual(ask('pub', 'a', '--url', ''), [], 'nobody can guess it');
}

test('bash completes commands, options, their values and files', async (t) => {
  const stage = await setStage(t, 'bash');
  if (stage === undefined) return;
  const ask: Ask = (...words) => {
    const code = `source "$1"; shift; COMP_WORDS=(holdfast "$@"); COMP_CWORD=$#
      _holdfast; [[ \${#COMPREPLY[@]} -eq 0 ]] || printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = stage.run(['--norc', '-c', code, 'bash', stage.script, ...words]);
    assert.equal(stderr, '');
    return stdout.split('\n').filter(Boolean);
  };
  knowsAll(ask);
  completesValues(ask);
  assert.deepEqual(ask('pub', 'a', '--follow', 'app'), ['app file.log']);
  assert.deepEqual(ask('report', 'one', 'app'), ['app file.log']);
  assert.match(ask('serve', '--log-folder', '').join(), /^logs-\w+$/);
});

test('fish completes commands, options, their values and files', async (t) => {
  const stage = await setStage(t, 'fish');
  if (stage === undefined) return;
  const ask: Ask = (...words) => {
    const line = `holdfast ${words.slice(0, -1).join(' ')} ${words.at(-1)}`;
    const { stdout } = stage.run([
      '--no-config',
      '-c',
      `source $argv[1]; complete -C $argv[2]`,
      stage.script,
      line,
    ]);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((word) => word.split('\t')[0]!);
  };
  knowsAll(ask);
  completesValues(ask);
  assert.deepEqual(ask('pub', 'a', '--follow', 'app'), ['app file.log']);
  assert.match(ask('serve', '--log-folder', '').join(), /^logs-\w+\/$/);
});

test('zsh completes a line as it is typed', async (t) => {
  const stage = await setStage(t, 'zsh');
  if (stage === undefined) return;
  // A terminal of its own for an interactive shell; TAB is pressed, and the line that then stands there is run by echo.
  const complete = (typed: string) => {
    const code = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell "PS1= ; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; source $1; holdfast() { print -r -- \\"<\\$*>\\" }; print READY"
      zpty -r -m shell text '*READY*READY*'
      zpty -w -n shell "$2"$'\\t\\n'
      zpty -r -m shell text '*<*>*'
      print -r -- "$text"`;
    const { stdout } = stage.run(['-f', '-c', code, 'zsh', stage.script, typed]);
    return /<(.*)>/.exec(stdout)?.[1];
  };
  assert.equal(complete('holdfast su'), 'sub');
  assert.equal(complete('holdfast sub --unt'), 'sub --until');
  assert.equal(complete('holdfast sub --format nd'), 'sub --format ndjson');
  assert.equal(complete('holdfast log ver'), 'log verify');
  assert.equal(complete('holdfast pub a --follow app'), 'pub a --follow app file.log');
  assert.equal(complete('holdfast completion f'), 'completion fish');
});
