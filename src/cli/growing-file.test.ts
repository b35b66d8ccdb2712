// A file that is appended to, rotated, truncated and replaced by whoever writes it.

import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { waitFor } from '../../test/support/wait-for.ts';
import type { FilePlace } from './file-place.ts';
import { GrowingFile } from './growing-file.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-growing-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Reads on and on until the test or `stop` ends it. */
async function follow(t: TestContext, path: string, from: FilePlace | 'start' | 'end' = 'start') {
  const notes: string[] = [];
  const lines: string[] = [];
  const keys: string[] = [];
  const file = await GrowingFile.open(path, from, (note) => notes.push(note));
  const abort = new AbortController();
  const done = (async () => {
    for (;;) {
      const batch = await file.nextLines(abort.signal);
      if (batch.length === 0) return;
      for (const { bytes, key } of batch) {
        lines.push(bytes === undefined ? 'too long' : Buffer.from(bytes).toString());
        keys.push(key);
      }
    }
  })();
  const stop = async () => {
    abort.abort();
    await done;
    const { place } = file;
    await file.close();
    return place!;
  };
  t.after(stop);
  const has = (...expected: string[]) =>
    waitFor(`${expected} in ${lines}`, () => lines.length >= expected.length).then(() =>
      assert.deepEqual(lines, expected),
    );
  return { notes, lines, keys, has, stop };
}

/** Whether this process has it open. */
function isOpen(path: string): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      // Closed since the list was made.
      return false;
    }
  });
}

test('whole lines come as they are appended, whatever their line end', async (t) => {
  const path = join(folder(t), 'app.log');
  writeFileSync(path, 'one\r\ntwo\n\nth');
  const file = await follow(t, path);
  await file.has('one', 'two', '');
  appendFileSync(path, 'ree\n');
  await file.has('one', 'two', '', 'three');
  assert.equal(new Set(file.keys).size, 4);
});

test('a file that is not there yet is waited for', async (t) => {
  const path = join(folder(t), 'app.log');
  const file = await follow(t, path);
  assert.deepEqual(file.notes, [`${path} is not there yet; waiting for it`]);
  writeFileSync(path, 'first\n');
  await file.has('first');
});

test('through a rotation, the old file is read to its end before the new one', async (t) => {
  const path = join(folder(t), 'app.log');
  writeFileSync(path, '1\n');
  const file = await follow(t, path);
  await file.has('1');
  renameSync(path, `${path}.1`);
  writeFileSync(path, '4\n');
  // Its writer has not gone over yet, and leaves a line without an end.
  appendFileSync(`${path}.1`, '2\n3');
  await file.has('1', '2', '3', '4');
  appendFileSync(path, '5\n');
  await file.has('1', '2', '3', '4', '5');
});

test('two rotations in a row lose nothing', { skip: process.platform !== 'linux' }, async (t) => {
  const path = join(folder(t), 'app.log');
  writeFileSync(path, '1\n');
  const file = await follow(t, path);
  await file.has('1');
  renameSync(path, `${path}.1`);
  writeFileSync(path, '2\n');
  await waitFor('the new file to be opened', () => isOpen(path));
  renameSync(`${path}.1`, `${path}.2`);
  renameSync(path, `${path}.1`);
  writeFileSync(path, '3\n');
  await file.has('1', '2', '3');
});

test('a truncated file is read from its start, with keys of another life', async (t) => {
  const path = join(folder(t), 'app.log');
  writeFileSync(path, 'same\n');
  const file = await follow(t, path);
  await file.has('same');
  truncateSync(path);
  await waitFor('the note', () => file.notes.length === 1);
  appendFileSync(path, 'same\n');
  await file.has('same', 'same');
  assert.notEqual(file.keys[0], file.keys[1]);
  assert.deepEqual(file.notes, [`${path} was truncated; reading it from its start`]);
});

test('a file that was truncated and has grown beyond its old length is found out', async (t) => {
  const path = join(folder(t), 'app.log');
  writeFileSync(path, 'old 1\nold 2\n');
  const file = await follow(t, path);
  await file.has('old 1', 'old 2');
  writeFileSync(path, 'new 1\nnew 2\nnew 3\n');
  await file.has('old 1', 'old 2', 'new 1', 'new 2', 'new 3');
});

test('a line that is too long is passed over, and told', async (t) => {
  const path = join(folder(t), 'app.log');
  writeFileSync(path, `a\n${'x'.repeat(3_500_000)}`);
  const file = await follow(t, path);
  await file.has('a');
  appendFileSync(path, 'y\nb\n');
  await file.has('a', 'too long', 'b');
});

test('from the end, only what is appended comes, and an unfinished line whole', async (t) => {
  const path = join(folder(t), 'app.log');
  writeFileSync(path, 'old\nunfin');
  const file = await follow(t, path, 'end');
  appendFileSync(path, 'ished\nnew\n');
  await file.has('unfinished', 'new');
});

test('it goes on at its place, with the same keys', async (t) => {
  const path = join(folder(t), 'app.log');
  writeFileSync(path, '1\n2\n');
  const first = await follow(t, path);
  await first.has('1', '2');
  const place = await first.stop();
  appendFileSync(path, '3\n');
  const second = await follow(t, path, place);
  await second.has('3');
  assert.deepEqual(second.notes, []);
  const third = await follow(t, path, place);
  await third.has('3');
  assert.deepEqual(third.keys, second.keys);
});

test('a file that was rotated while nobody looked is found by what it is, and read to its end', async (t) => {
  const path = join(folder(t), 'app.log');
  writeFileSync(path, '1\n');
  const first = await follow(t, path);
  await first.has('1');
  const place = await first.stop();
  appendFileSync(path, '2\n');
  renameSync(path, `${path}-20260101`);
  writeFileSync(path, '3\n');
  const second = await follow(t, path, place);
  await second.has('2', '3');
  assert.match(second.notes[0]!, /app\.log was rotated; reading the rest of .*-20260101 first/);
});

test('a file that is gone is told: what it got is not published', async (t) => {
  const path = join(folder(t), 'app.log');
  writeFileSync(path, '1\n');
  const first = await follow(t, path);
  await first.has('1');
  const place = await first.stop();
  writeFileSync(path, 'other content\n');
  const second = await follow(t, path, place);
  await second.has('other content');
  assert.match(second.notes[0]!, /not the file of the last run; what that got after byte 2 is not published/);
});

test('whatever is appended in whatever pieces, every line comes once and in order', async (t) => {
  const dir = folder(t);
  let run = 0;
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'b'), maxLength: 9 }), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(pieces, async (given) => {
      const path = join(dir, `${run++}.log`);
      writeFileSync(path, '');
      const file = await follow(t, path);
      for (const piece of given) appendFileSync(path, piece);
      const expected = given.join('').split('\n').slice(0, -1);
      await file.has(...expected);
      await file.stop();
    }),
    { numRuns: 20 },
  );
});
