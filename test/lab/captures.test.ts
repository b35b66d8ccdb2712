// Every scenario of the lab happens, by the kernels' own counters; what the tool reads in its captures is what Wireshark
// reads; and from the captures alone it names the cause.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { networkNamespaces, tool } from '../support/require.ts';
import { allScenarios } from './all-scenarios.ts';
import { compareDissection } from './support/compare-dissection.ts';
import { examine } from './support/examine.ts';
import type { Judgement } from './support/judge.ts';
import { beginningOf, rowOf } from './support/matrix.ts';
import { runScenarios } from './support/run-scenarios.ts';

const TOOLS = ['tcpdump', 'tshark', 'dumpcap', 'nginx', 'haproxy', 'conntrack', 'socat', 'openssl'];

test('each cause happens for real, and is captured', { timeout: 900_000 }, async (t) => {
  if (!networkNamespaces(t)) return;
  for (const name of TOOLS) if (tool(t, name) === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-captures-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const lines: string[] = [];
  const { exhibits, failures } = await runScenarios(allScenarios, folder, (line) => lines.push(line));
  for (const line of lines) if (/failed|left out/.test(line)) t.diagnostic(line);
  assert.equal(failures, 0);
  const files = exhibits.flatMap((exhibit) => Object.values(exhibit.files)).map((file) => join(folder, file));

  await t.test('with packets at each place', () => {
    // A head and at least one packet with TCP.
    for (const file of files) assert.ok(statSync(file).size > 24 + 16 + 54, `${file} is empty`);
  });

  const judgements: Judgement[] = [];
  for (const exhibit of exhibits) judgements.push(...(await examine(exhibit, folder)));

  await t.test(
    'and named blind: every cause, nothing that is normal, nothing sure that cannot be known',
    () => {
      const faults = judgements.flatMap(({ scenario, given, faults: of }) =>
        of.map((fault) => `${scenario}, captured at ${given}: ${fault}`),
      );
      assert.deepEqual(faults, []);
    },
  );

  await t.test('as docs/diagnose-lab.md says', () => {
    const page = readFileSync(new URL('../../docs/diagnose-lab.md', import.meta.url), 'utf8').split('\n');
    const missing = judgements
      .map((one) => (one.may.length > 1 ? beginningOf(one) : rowOf(one)))
      .filter((row) => !page.some((line) => line.startsWith(row)));
    assert.deepEqual(missing, [], 'write the page again: node test/lab/write-matrix.ts FOLDER');
  });

  await t.test('which are dissected as Wireshark does it', async () => {
    const waiting = [...files];
    const differences: string[] = [];
    const worker = async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        differences.push(...(await compareDissection(file)));
      }
    };
    await Promise.all([worker(), worker()]);
    assert.deepEqual(differences, []);
  });
});
