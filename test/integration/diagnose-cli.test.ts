// `holdfast diagnose` as a process: from a capture to findings, in all forms, with its exit codes.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { idleStreams } from '../support/capture/idle-streams.ts';
import { runCli } from '../support/child-process.ts';

const cut = idleStreams([2, 6, 11, 17], 60_000);
const whole = idleStreams([2, 6, 11], 0, true);

function folderWith(t: TestContext, files: Readonly<Record<string, Uint8Array | string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-diagnose-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return (name: string) => join(folder, name);
}

test('a capture of cut streams gives the finding, its setting and exit code 1', async (t) => {
  const path = folderWith(t, { 'cut.pcap': cut });
  const { code, stdout, stderr } = await runCli(t, ['diagnose', 'pcap', path('cut.pcap')]);
  assert.deepEqual([code, stderr], [1, '']);
  assert.match(stdout, /^S03 {2}proxy idle timeout, 60 s +sure$/m);
  assert.match(stdout, /The proxy 10\.0\.0\.2 closed all 4 streams 60 s after the last byte\./);
  assert.match(stdout, /nginx: proxy_read_timeout 3600s;/);
  assert.match(stdout, /cut\.pcap packet \d+/);
  assert.ok(!stdout.includes('\u001b'));
});

test('a capture of whole streams gives exit code 0, also packed, also from a pipe', async (t) => {
  const path = folderWith(t, { 'whole.pcap.gz': gzipSync(whole) });
  const packed = await runCli(t, ['diagnose', 'pcap', path('whole.pcap.gz')]);
  assert.equal(packed.code, 0);
  assert.match(packed.stdout, /^normal {7}3 whole responses$/m);
  const piped = await runCli(t, ['diagnose', 'pcap', '-', '--format', 'json'], { input: whole });
  assert.deepEqual(JSON.parse(piped.stdout).findings, []);
});

test('the format follows --format, or what the name of --output ends in', async (t) => {
  const path = folderWith(t, { 'cut.pcap': cut });
  for (const [ending, begin] of [
    ['html', '<!doctype html>'],
    ['md', '# Diagnosis'],
    ['json', '{'],
  ] as const) {
    const output = path(`diagnosis.${ending}`);
    const { code, stdout, stderr } = await runCli(t, [
      'diagnose',
      'pcap',
      path('cut.pcap'),
      '--output',
      output,
    ]);
    assert.deepEqual([code, stdout, stderr], [1, '', '']);
    assert.ok(readFileSync(output, 'utf8').startsWith(begin), ending);
  }
});

test('what is no capture is one line and exit code 3; a bad command line is 2', async (t) => {
  const path = folderWith(t, { 'empty.pcap': '', 'text.pcap': 'this is no capture at all', 'cut.pcap': cut });
  for (const name of ['empty.pcap', 'text.pcap', 'missing.pcap']) {
    const { code, stdout, stderr } = await runCli(t, ['diagnose', 'pcap', path(name)]);
    assert.deepEqual([code, stdout], [3, ''], name);
    assert.match(stderr, /^holdfast: [^\n]+\n$/, name);
  }
  const inputs = ['diagnose', 'pcap', path('cut.pcap')];
  for (const args of [
    [...inputs, '--output', path('cut.pcap')],
    [...inputs, '--format', 'xml'],
    [...inputs, path('./cut.pcap')],
    ['diagnose', 'pcap'],
    ['diagnose', 'explain', 'S99x'],
  ]) {
    const { code, stderr } = await runCli(t, args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, /^holdfast: [^\n]+\n$/);
  }
});

test('explain prints the page of a cause', async (t) => {
  const { code, stdout } = await runCli(t, ['diagnose', 'explain', 's03']);
  assert.equal(code, 0);
  assert.match(stdout, /^# S03: proxy idle timeout\n\nA proxy/);
  assert.match(stdout, /proxy_read_timeout/);
});
