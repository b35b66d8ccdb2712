import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { faultKinds } from '../../src/chaos/faults/kinds.ts';
import { wordsOf } from '../../src/chaos/option-words.ts';
import { systemFaultKinds } from '../../src/chaos/system/kinds.ts';
import { runCli, startCli, startServe } from '../support/child-process.ts';
import { waitFor } from '../support/wait-for.ts';

async function startProxy(t: TestContext, upstream: string, ...args: string[]) {
  const proxy = startCli(t, [
    ...['chaos', 'proxy', '--listen', '0', '--control', '0', '--upstream', new URL(upstream).host],
    ...['--max-connections', '100', ...args],
  ]);
  const [url, control] = await waitFor('the proxy', () => {
    if (proxy.child.exitCode !== null) throw new Error(proxy.stderr);
    return /listens on (\S+) for .* control on http:\/\/(\S+)\n/.exec(proxy.stdout)?.slice(1);
  });
  return { proxy, url: url!, control: control! };
}

test('a stream runs through a proxy whose faults come, change and go from the command line', async (t) => {
  const { url: hub } = await startServe(t, ['--heartbeat', '100ms']);
  const { proxy, url, control } = await startProxy(t, hub, '--fault', 'latency latency=1ms');
  const chaos = (...args: string[]) => runCli(t, ['chaos', ...args, '--control', control]);
  const response = await fetch(`${url}/stream?topic=a`, { signal: AbortSignal.timeout(20_000) });
  const reader = response.body!.getReader();
  await reader.read();
  const added = await chaos(
    'add',
    'stall',
    'for=1h',
    '--probability',
    '100%',
    '--seed',
    '7',
    '--name',
    'wall',
  );
  assert.deepEqual(JSON.parse(added.stdout), {
    name: 'wall',
    kind: 'stall',
    direction: 'both',
    probability: 1,
    seed: 7,
    options: { forMs: 3_600_000 },
  });
  const changed = await chaos('change', 'wall', 'for=2h', '--direction', 'up');
  assert.deepEqual(JSON.parse(changed.stdout).options, { forMs: 7_200_000 });
  const listed = (await chaos('list')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    listed.map(({ name, connections }) => name ?? connections),
    ['latency', 'wall', 1],
  );
  assert.equal((await chaos('remove', 'wall')).code, 0);
  const cut = await chaos('add', 'reset');
  assert.equal(cut.code, 0, cut.stderr);
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  });
  assert.equal((await chaos('remove', 'all')).code, 0);
  proxy.child.kill('SIGTERM');
  assert.equal((await proxy.ended()).code, 0);
});

test('a mistake is one line that says what would be right, and exit code 2 or 3', async (t) => {
  const { stderr, code } = await runCli(t, ['chaos', 'add', 'latncy']);
  assert.match(stderr, /^holdfast: There is no fault "latncy"\. Did you mean `latency`\?.*\n$/);
  assert.equal(code, 3);
  const unreachable = await runCli(t, ['chaos', 'list', '--control', '127.0.0.1:1']);
  assert.match(unreachable.stderr, /No proxy answers at http:\/\/127\.0\.0\.1:1/);
  const unknown = await runCli(t, ['chaos', 'run', 'kill', 'pid=4194304']);
  assert.match(unknown.stderr, /there is no process 4194304/);
  const unsaid = await runCli(t, ['chaos', 'export', 'latency']);
  assert.deepEqual([unsaid.code, /--label/.test(unsaid.stderr)], [2, true]);
});

test('a process is stopped for a time, and goes on', async (t) => {
  const { hub, url } = await startServe(t);
  const ran = await runCli(t, ['chaos', 'run', 'pause', `pid=${hub.child.pid}`, '--for', '200ms']);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /^Made: pause .*\nUndone\n$/);
  assert.equal((await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5000) })).status, 200);
});

test('a fault is written as a manifest for a cluster', async (t) => {
  const { stdout, code } = await runCli(t, [
    ...['chaos', 'export', 'latency', 'latency=100ms', 'jitter=50ms', 'correlation=25'],
    ...['--label', 'app=holdfast', '--namespace', 'apps', '--for', '5m'],
  ]);
  assert.equal(code, 0);
  assert.match(stdout, /^apiVersion: chaos-mesh.org\/v1alpha1\nkind: NetworkChaos\n/);
  // A number would be refused by the cluster.
  assert.match(stdout, /correlation: "25"\n/);
  assert.match(stdout, /duration: 300s\n/);
});

test('docs/chaos.md has a heading for each fault, with what it takes', () => {
  const page = readFileSync(new URL('../../docs/chaos.md', import.meta.url), 'utf8');
  const sections = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.split('\n', 1)[0], section]),
  );
  const kinds = [...faultKinds, ...systemFaultKinds];
  assert.deepEqual(
    [...sections.keys()],
    kinds.map(({ kind }) => kind),
  );
  for (const { kind, options } of kinds) {
    for (const word of wordsOf(options))
      assert.ok(sections.get(kind)!.includes(`\`${word}\``), `${kind} ${word}`);
  }
});
