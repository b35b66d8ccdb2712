import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer, Power, RunningPeer } from './peers/peer.ts';
import { runVariant } from './rounds.ts';
import type { Scenario, Variant } from './scenario.ts';

/** A peer that only notes what is done with it. */
function fakePeer(
  name: string,
  log: string[],
  { powers = [] as Power[], end = () => undefined as string | undefined } = {},
): Peer {
  return {
    name,
    powers,
    missing: () => undefined,
    async start(port) {
      log.push(`start ${name}`);
      return {
        pid: port,
        get end() {
          return end();
        },
        urlFor: () => 'http://127.0.0.1/',
        topicName: 'x',
        stop: async () => void log.push(`stop ${name}`),
      } as unknown as RunningPeer;
    },
  };
}

const scenario: Scenario = { name: 'fake', variants: [], planned: [] };

function variant(measure: Variant['measure'], needs: readonly Power[] = []): Variant {
  return { id: 'fake', title: 'fake', streams: 1, needs, columns: [], seconds: 1, measure };
}

function plan(rounds: number, signal = new AbortController().signal) {
  const nothing = { leftOut: [], done: [], onTurn: () => {}, onOutcome: () => {} };
  return { rounds, folder: '/nowhere', signal, ...nothing };
}

test('peers take turns, each with a server of its own that is ended before the next starts', async () => {
  const log: string[] = [];
  const peers = [fakePeer('holdfast', log), fakePeer('b', log)];
  const outcome = await runVariant(
    scenario,
    variant(async () => ({ lost: 0 })),
    peers,
    plan(2),
  );
  const round = ['start holdfast', 'stop holdfast', 'start b', 'stop b'];
  assert.deepEqual(log, [...round, ...round]);
  assert.deepEqual(
    outcome.turns.map(({ peer, round, figures }) => [peer, round, figures]),
    [1, 2].flatMap((n) => [
      ['holdfast', n, { lost: 0 }],
      ['b', n, { lost: 0 }],
    ]),
  );
});

test('turns that are done are not done again, and what there is is told after each other', async () => {
  const log: string[] = [];
  const peers = [fakePeer('holdfast', log), fakePeer('b', log)];
  const earlier = { peer: 'holdfast', round: 1, figures: { lost: 7 }, files: [] };
  const told: number[] = [];
  const { turns } = await runVariant(
    scenario,
    variant(async () => ({ lost: 0 })),
    peers,
    {
      ...plan(2),
      done: [earlier],
      onOutcome: (outcome) => told.push(outcome.turns.length),
    },
  );
  assert.deepEqual(log, ['start b', 'stop b', 'start holdfast', 'stop holdfast', 'start b', 'stop b']);
  assert.equal(turns[0], earlier);
  assert.ok(turns.slice(1).every(({ seconds }) => seconds !== undefined));
  assert.deepEqual(told, [2, 3, 4]);
});

test('a turn that fails is told in words, its server is ended, and the others go on', async () => {
  const log: string[] = [];
  const peers = [fakePeer('holdfast', log), fakePeer('b', log)];
  let turns = 0;
  const measure = async () => {
    if (++turns === 1) throw new Error('only 3 of 5 streams came up');
    return {};
  };
  const { turns: outcomes } = await runVariant(scenario, variant(measure), peers, plan(1));
  assert.deepEqual(
    outcomes.map(({ problem }) => problem),
    ['only 3 of 5 streams came up', undefined],
  );
  assert.ok(log.includes('stop holdfast'));
});

test('a server that is gone has crashed, whatever the figures were', async () => {
  let end: string | undefined;
  const crashing = fakePeer('holdfast', [], { end: () => end });
  const measure = async () => {
    end = 'ended by SIGSEGV';
    return { lost: 0 };
  };
  const { turns } = await runVariant(scenario, variant(measure), [crashing], plan(1));
  assert.equal(turns[0]!.problem, 'crashed: it ended by SIGSEGV');
  assert.equal(turns[0]!.figures, undefined);
});

test('a peer that lacks what is needed is not started, and named with what it lacks', async () => {
  const log: string[] = [];
  const peers = [fakePeer('holdfast', log, { powers: ['resume'] }), fakePeer('b', log)];
  const { unable } = await runVariant(
    scenario,
    variant(async () => ({}), ['resume']),
    peers,
    plan(1),
  );
  assert.deepEqual(unable, { b: 'resume' });
  assert.deepEqual(log, ['start holdfast', 'stop holdfast']);
});

test('an end by the user ends the server and everything after it', async () => {
  const log: string[] = [];
  const stop = new AbortController();
  const measure: Variant['measure'] = async ({ signal }) => {
    stop.abort(new Error('ended by SIGINT'));
    signal.throwIfAborted();
    return {};
  };
  const peers = [fakePeer('holdfast', log), fakePeer('b', log)];
  await assert.rejects(
    runVariant(scenario, variant(measure), peers, plan(2, stop.signal)),
    /ended by SIGINT/,
  );
  assert.deepEqual(log, ['start holdfast', 'stop holdfast']);
});
