import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { waitFor, within } from '../../test/support/wait-for.ts';
import { HoldfastError } from '../base/errors.ts';
import { type LineTarget, publishLines } from './publish-lines.ts';
import type { PublishAnswer } from './publish-request.ts';

/** A hub that keeps what it is sent, and refuses each batch in which `refuses` finds a line. */
class FakeHub implements LineTarget {
  readonly batches: string[][] = [];
  readonly published: string[] = [];
  refuses: (line: string) => PublishAnswer | undefined = () => undefined;
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();

  encode(line: Uint8Array) {
    const text = Buffer.from(line).toString();
    return text === 'faulty' ? { fault: 'is faulty' } : { event: text };
  }

  post = async (body: string): Promise<PublishAnswer> => {
    const lines = body.split('\n').slice(0, -1);
    this.batches.push(lines);
    await this.gate;
    for (const line of lines) {
      const refusal = this.refuses(line);
      if (refusal !== undefined) return refusal;
    }
    this.published.push(...lines);
    return { ids: lines.map((_, index) => `log-${this.published.length - lines.length + index + 1}`) };
  };
}

const linesOf = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

const inputOf = (lines: readonly string[]) =>
  Readable.from([Buffer.from(lines.map((l) => `${l}\n`).join(''))]);

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => assert.fail('it should have failed'),
    (error: unknown) => {
      assert.ok(error instanceof HoldfastError, String(error));
      return error;
    },
  );

test('all lines are published in order, at most 1,000 in a request', async () => {
  const hub = new FakeHub();
  const { count, firstId, lastId } = await publishLines(inputOf(linesOf(2500)), hub);
  assert.deepEqual({ count, firstId, lastId }, { count: 2500, firstId: 'log-1', lastId: 'log-2500' });
  assert.deepEqual(hub.published, linesOf(2500));
  assert.ok(hub.batches.every((batch) => batch.length <= 1000));
});

test('an input without lines publishes nothing and is no failure', async () => {
  const hub = new FakeHub();
  assert.equal((await publishLines(inputOf([]), hub)).count, 0);
  assert.equal(hub.batches.length, 0);
});

test('a lone line goes out at once, and lines that come meanwhile go out together', async () => {
  const hub = new FakeHub();
  const input = new PassThrough();
  let open = () => {};
  hub.gate = new Promise((resolve) => {
    open = resolve;
  });
  const done = publishLines(input, hub);
  input.write('first\n');
  await waitFor('the first request', () => hub.batches.length === 1);
  input.write('second\n');
  input.write('third\n');
  await waitFor('the input to be read', () => input.readableLength === 0);
  assert.equal(hub.batches.length, 1);
  open();
  await waitFor('the second request', () => hub.published.length === 3);
  assert.deepEqual(hub.batches, [['first'], ['second', 'third']]);
  input.end();
  assert.equal((await within('the end', done)).count, 3);
});

test('while the hub does not answer, the input waits after a bounded number of lines', async () => {
  const hub = new FakeHub();
  let open = () => {};
  hub.gate = new Promise((resolve) => {
    open = resolve;
  });
  let pulled = 0;
  const input = Readable.from(
    (function* () {
      for (; pulled < 20_000; pulled++) yield Buffer.from('x\n');
    })(),
    { highWaterMark: 1 },
  );
  const done = publishLines(input, hub);
  let before = -1;
  // Only when nothing more is taken is the bound reached.
  await waitFor('the input to be paused', () => {
    const isStill = pulled === before && pulled > 1000;
    before = pulled;
    return isStill;
  });
  assert.ok(pulled < 1010, `${pulled} lines were taken`);
  open();
  assert.equal((await within('the end', done)).count, 20_000);
});

test('one refused line is named, and those before it are published', async () => {
  const hub = new FakeHub();
  const refusal = { status: 413, detail: 'The event has 70000 bytes.', help: 'Send less.' };
  hub.refuses = (line) => (line === 'line 1777' ? { refusal } : undefined);
  const failure = await failureOf(publishLines(inputOf(linesOf(3000)), hub));
  assert.equal(
    failure.message,
    'Line 1777 was refused: The event has 70000 bytes; the 1776 lines before are published up to log-1776',
  );
  assert.equal(failure.help, 'Send less.');
  assert.deepEqual(hub.published, linesOf(1776));
});

test('a refusal that is not about one event is not tried again with fewer', async () => {
  const hub = new FakeHub();
  hub.refuses = () => ({ refusal: { status: 403, detail: 'No grant.', help: '' } });
  const failure = await failureOf(publishLines(inputOf(linesOf(10)), hub));
  assert.match(failure.message, /^Line 1 was refused: No grant; no line is published$/);
  assert.equal(hub.batches.length, 1);
});

test('a line that cannot be encoded is named after the lines before it are published', async () => {
  const hub = new FakeHub();
  const failure = await failureOf(publishLines(inputOf(['a', 'b', 'faulty', 'c']), hub));
  assert.equal(failure.message, 'Line 3 is faulty; the 2 lines before are published up to log-2');
  assert.deepEqual(hub.published, ['a', 'b']);
});

test('an endless line is refused at a limit', async () => {
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(65_536, 'x');
    })(),
  );
  const failure = await failureOf(within('the refusal', publishLines(endless, new FakeHub())));
  assert.match(failure.message, /^Line 1 is longer than 1MiB; no line is published$/);
});

test('when no answer comes, it says which lines are in doubt, and stops reading an input that stays open', async () => {
  const hub = new FakeHub();
  const input = new PassThrough();
  const unreachable = new HoldfastError('ERR_UNREACHABLE', 'No answer from there', 'Start a hub');
  const { post } = hub;
  hub.post = async (body) => (body.includes('line 2') ? Promise.reject(unreachable) : post(body));
  const done = failureOf(publishLines(input, hub));
  input.write('line 1\n');
  await waitFor('line 1', () => hub.published.length === 1);
  input.write('line 2\nline 3\n');
  const failure = await within('the failure', done);
  assert.equal(
    failure.message,
    'No answer from there; the line before is published as log-1, and it is not known whether lines 2 to 3 are',
  );
  assert.equal(failure.code, 'ERR_UNREACHABLE');
  assert.equal(input.destroyed, true);
});
