import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelPair } from '../../test/support/channel-pair.ts';
import { withCode } from '../../test/support/with-code.ts';
import { HoldfastError } from './errors.ts';
import { Peer } from './peer.ts';

type Calls = {
  add(numbers: readonly number[]): number;
  later(text: string): Promise<string>;
  fail(how: 'known' | 'bug' | 'later'): Promise<void>;
  never(given: null): Promise<void>;
  note(text: string): void;
};

function pair() {
  const [near, far] = channelPair();
  const bugs: unknown[] = [];
  const notes: string[] = [];
  const options = {
    name: 'test',
    unanswered: (why: string) => new HoldfastError('ERR_NOT_READY', `The other ${why}`, 'Wait.'),
    onBug: (error: unknown) => void bugs.push(error),
  };
  const asking = new Peer<Calls, Record<string, never>>(near, options);
  const answering = new Peer<Record<string, never>, Calls>(far, options);
  answering.on('add', (numbers) => numbers.reduce((sum, number) => sum + number, 0));
  answering.on('later', async (text) => `${text}!`);
  answering.on('never', () => new Promise(() => {}));
  answering.on('note', (text) => void notes.push(text));
  answering.on('fail', (how) => {
    if (how === 'known') throw new HoldfastError('ERR_TOPIC_ENDED', 'It ended', 'Use another.');
    if (how === 'bug') throw new TypeError('undefined is no function');
    return Promise.reject(new HoldfastError('ERR_HUB_FULL', 'Full', 'Later.'));
  });
  return { asking, near, far, bugs, notes };
}

test('a question is answered with what the other side gives, now or later', async () => {
  const { asking, notes } = pair();
  assert.equal(await asking.ask('add', [1, 2, 3], 1000), 6);
  assert.equal(await asking.ask('later', 'yes', 1000), 'yes!');
  asking.tell('note', 'told');
  assert.deepEqual(notes, ['told']);
});

test('a failure arrives as what it was; a bug is told to its own side, and the other gets no details', async () => {
  const { asking, bugs } = pair();
  await assert.rejects(asking.ask('fail', 'known', 1000), {
    name: 'HoldfastError',
    code: 'ERR_TOPIC_ENDED',
    message: 'It ended',
    help: 'Use another.',
  });
  await assert.rejects(asking.ask('fail', 'later', 1000), withCode('ERR_HUB_FULL'));
  assert.deepEqual(bugs, []);
  await assert.rejects(asking.ask('fail', 'bug', 1000), withCode('ERR_INTERNAL'));
  assert.equal(bugs.length, 1);
});

test('what is not answered in time, or at all, is refused, and the answer that comes later is nobody’s', async () => {
  const { asking, near, far } = pair();
  far.isStopped = true;
  const late = asking.ask('add', [1], 20);
  await assert.rejects(late, { code: 'ERR_NOT_READY', message: /^The other has not answered within 20 ms$/ });
  far.go();
  const waiting = asking.ask('never', null, 60_000);
  near.close();
  await assert.rejects(waiting, { message: 'The other has gone' });
  await assert.rejects(asking.ask('add', [1], 60_000), { message: 'The other has gone' });
  asking.tell('note', 'into the void');
});

test('peers with other names, and messages that are none, do not disturb each other', async () => {
  const { asking, near, far, notes } = pair();
  const other = new Peer<Calls, Record<string, never>>(near, {
    name: 'other',
    unanswered: (why) => new HoldfastError('ERR_NOT_READY', why, ''),
    onBug: (error) => assert.fail(String(error)),
  });
  other.tell('note', 'for nobody');
  far.send({ anything: 1 });
  near.send({ anything: 1 });
  assert.deepEqual(notes, []);
  assert.equal(await asking.ask('add', [2, 2], 1000), 4);
});
