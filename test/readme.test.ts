// The session in the README prints what it says, ids and delays aside.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startServe } from './support/child-process.ts';
import { curl } from './support/require.ts';
import { waitFor } from './support/wait-for.ts';

const root = new URL('../', import.meta.url);

interface Step {
  readonly command: string;
  readonly output: string;
}

function readSession(): Step[] {
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const [, block] = /<!-- session: .*? -->\n```console\n(.*?)^```$/ms.exec(readme) ?? [];
  assert.ok(block, 'The README has no session');
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      // A command goes on over line ends inside its quotes.
      const [, command = '', output = ''] = /^((?:'[^']*'|[^'\n])*)\n(.*)$/s.exec(step) ?? [];
      return { command, output };
    });
}

/** Ids and delays differ from run to run; what they are like does not. */
function normalise(text: string): string {
  return text
    .replace(/\b[a-z0-9]{6,10}-0\b/g, 'EPOCH-0')
    .replace(/\b[a-z0-9]{6,10}-[1-9]\d*\b/g, 'EPOCH-SEQ')
    .replace(/^retry: [123]\d{3}$/gm, 'retry: DELAY');
}

test('the session in the README prints what it says', async (t) => {
  if (curl(t) === undefined) return;
  const { url } = await startServe(t, ['--heartbeat', '60s']);
  const steps = readSession();
  assert.equal(steps.length, 3);
  for (const { command, output } of steps) {
    const here = command
      .replaceAll('http://127.0.0.1:8080', url)
      .replace('npx node', process.execPath)
      .replace(/ pub (.*)$/s, ` pub $1 --url ${url}`);
    const child = spawn('bash', ['-c', `exec ${here}`], { cwd: root });
    t.after(() => child.kill('SIGKILL'));
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    // The answer of /publish has no line end of its own; a terminal shows the next prompt after it.
    await waitFor(
      `${command} to print\n${output}but it printed\n${printed}`,
      () => normalise(printed).trimEnd() === normalise(output).trimEnd(),
    );
  }
});
