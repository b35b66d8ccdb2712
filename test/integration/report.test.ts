// `holdfast report` as a process: what it reads, what it writes, and how it fails.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../support/child-process.ts';
import { calmRun, ndjson, sampleRecords } from '../support/sample-result.ts';
import { smallRun } from '../support/small-result.ts';

const small = ndjson(smallRun);

function folderWith(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-report-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return (name: string) => join(folder, name);
}

test('the text goes to stdout, without colour where that is no terminal', async (t) => {
  const path = folderWith(t, { 'run.ndjson': small });
  const { code, stdout, stderr } = await runCli(t, ['report', path('run.ndjson')]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^holdfast load: hub\.test\/stream\n/);
  assert.ok(!stdout.includes('\u001b'));
});

test('the format follows --format, or what the name of --output ends in', async (t) => {
  const path = folderWith(t, { 'run.ndjson': small });
  for (const [ending, begin] of [
    ['html', '<!doctype html>'],
    ['md', '# '],
    ['json', '{'],
    ['txt', 'holdfast load'],
  ] as const) {
    const output = path(`report.${ending}`);
    const { code, stdout, stderr } = await runCli(t, ['report', path('run.ndjson'), '--output', output]);
    assert.deepEqual([code, stdout, stderr], [0, '', '']);
    assert.ok(readFileSync(output, 'utf8').startsWith(begin), ending);
  }
  const { stdout } = await runCli(t, ['report', path('run.ndjson'), '--format', 'json']);
  assert.equal(JSON.parse(stdout).schemaVersion, 1);
});

test('NAME=FILE names a run, also of standard input; a file that is called so is a file', async (t) => {
  const path = folderWith(t, { 'a=b.ndjson': small });
  const args = ['report', 'ours=-', `theirs=${path('a=b.ndjson')}`, path('a=b.ndjson'), '--format', 'json'];
  const { stdout } = await runCli(t, args, { input: small });
  const names = JSON.parse(stdout).runs.map((run: { name: string }) => run.name);
  assert.deepEqual(names, ['ours', 'theirs', 'hub.test/stream']);
});

test('a run of hours is read in bounded memory', async (t) => {
  // One minute again and again, with the clock going on: 25,000 samples.
  const [run, ...samples] = sampleRecords({ ...calmRun, seconds: 60, drawn: 200 }).slice(0, -1);
  const lines = Array.from({ length: 25_000 }, (_, i) => ({ ...samples[i % 60], atMs: (i + 1) * 1000 }));
  const path = folderWith(t, { 'run.ndjson': ndjson([run, ...lines]) });
  const nodeArgs = ['--max-old-space-size=96'];
  const { code, stdout, stderr } = await runCli(t, ['report', path('run.ndjson')], { nodeArgs });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /each point is the worst of 2 intervals, since there are 25000/);
});

test('what cannot be reported is one line, with exit code 3', async (t) => {
  const path = folderWith(t, { 'empty.ndjson': '', 'other.txt': 'hello\n', 'good.ndjson': small });
  const failures: [args: string[], line: RegExp][] = [
    [[path('none.ndjson')], /none\.ndjson cannot be read: there is no such file or folder/],
    [[path('empty.ndjson')], /empty\.ndjson is empty\./],
    [[path('good.ndjson'), path('other.txt')], /other\.txt holds no result: line 1 is not JSON\./],
    [[path('good.ndjson'), '--output', path('none/report.html')], /report\.html cannot be written/],
  ];
  for (const [args, line] of failures) {
    const { code, stdout, stderr } = await runCli(t, ['report', ...args]);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, line);
    assert.equal(stderr.split('\n').length, 2);
  }
});

test('a command line that is not usable has exit code 2, and no result file is overwritten', async (t) => {
  const path = folderWith(t, { 'run.ndjson': small });
  const run = path('run.ndjson');
  for (const args of [[], [run, '--format', 'pdf'], [run, '--output', run], ['-', '-']]) {
    const { code, stderr } = await runCli(t, ['report', ...args]);
    assert.equal(code, 2, stderr);
  }
  assert.equal(readFileSync(run, 'utf8'), small);
});
