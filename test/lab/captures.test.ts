// Every scenario of the lab happens: the kernels' counters moved as they must, and there are packets at each place.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { networkNamespaces, tool } from '../support/require.ts';
import { allScenarios } from './all-scenarios.ts';
import { runScenarios } from './support/run-scenarios.ts';

const TOOLS = ['tcpdump', 'tshark', 'dumpcap', 'nginx', 'haproxy', 'conntrack', 'socat', 'openssl'];

test('each cause happens for real, and is captured', { timeout: 600_000 }, async (t) => {
  if (!networkNamespaces(t)) return;
  for (const name of TOOLS) if (tool(t, name) === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-captures-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const lines: string[] = [];
  const { exhibits, failures } = await runScenarios(allScenarios, folder, (line) => lines.push(line));
  for (const line of lines) if (/failed|left out/.test(line)) t.diagnostic(line);
  assert.equal(failures, 0);
  for (const { name, files } of exhibits) {
    for (const file of Object.values(files)) {
      // A head and at least one packet with TCP.
      assert.ok(statSync(join(folder, file)).size > 24 + 16 + 54, `${name}: ${file} is empty`);
    }
  }
});
