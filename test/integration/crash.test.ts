// A hub is killed again and again while it is published to and read. Nobody who publishes or reads does more than a
// client may: publish again with the same keys, and come back with the last id. HOLDFAST_CRASHES says how often.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runCli, startServe } from '../support/child-process.ts';
import { post } from '../support/hub-server.ts';
import { logFolder } from '../support/log-folder.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor, within } from '../support/wait-for.ts';

const CRASHES = Number(process.env.HOLDFAST_CRASHES ?? 10);
const PUBLISHERS = 4;
const LONGEST_LIFE_MS = 250;
const RETRY_MS = 20;
// What a worker says whose primary was killed.
const PRIMARY_IS_GONE = /^The process that has the log has gone|^The hub is closing/;
const LIMIT_MS = 60_000;

/** Publishes numbered events in batches of random size, each until it is acknowledged. */
class Publisher {
  readonly name: string;
  readonly #random: () => number;
  /** The id of each acknowledged event, by its data. */
  readonly acknowledged = new Map<string, string>();
  #next = 0;
  #isStopped = false;

  constructor(name: string, random: () => number) {
    this.name = name;
    this.#random = random;
  }

  async run(url: string): Promise<void> {
    while (!this.#isStopped) {
      const size = 1 + Math.floor(this.#random() ** 4 * 300);
      const batch = Array.from({ length: size }, () => this.#event());
      const ids = await waitFor(`${this.name} to be acknowledged`, () => publish(url, batch), LIMIT_MS);
      for (const [i, { data }] of batch.entries()) this.acknowledged.set(data, ids[i]!);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  #event() {
    const data = `${this.name} ${this.#next++} ${'x'.repeat(Math.floor(this.#random() * 200))}`;
    return { topic: `crash/${this.#next % 20}`, data, key: data.slice(0, 20) };
  }
}

/**
 * The ids, or undefined when the hub was not there to the end: in several processes, a worker may still say so. Any
 * other refusal is a failure.
 */
async function publish(url: string, batch: readonly unknown[]): Promise<string[] | undefined> {
  const answer = await post(url, batch).catch(() => undefined);
  if (answer === undefined) {
    await delay(RETRY_MS);
    return undefined;
  }
  if (PRIMARY_IS_GONE.test(answer.answer.detail)) {
    await delay(RETRY_MS);
    return undefined;
  }
  assert.equal(answer.status, 200, JSON.stringify(answer.answer));
  return answer.answer.ids;
}

/** Reads, and comes back with its last id whenever it is cut. */
class Reader {
  readonly client: StreamClient;
  #isStopped = false;

  constructor(url: string) {
    this.client = new StreamClient(url);
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.client.connect();
      } catch {
        await delay(RETRY_MS);
        continue;
      }
      await waitFor('the stream to be cut', () => this.#isStopped || !this.client.isConnected, LIMIT_MS);
    }
    this.client.cut('fin');
  }

  stop(): void {
    this.#isStopped = true;
  }
}

/** A hub of several processes needs longer for each start, so it is killed less often. */
const runs = [
  { workers: 1, crashes: CRASHES, longestLifeMs: LONGEST_LIFE_MS },
  { workers: 2, crashes: Math.max(4, Math.ceil(CRASHES / 20)), longestLifeMs: 4 * LONGEST_LIFE_MS },
];

for (const { workers, crashes, longestLifeMs } of runs) {
  test(`what was acknowledged is there after each of ${crashes} crashes, once and in order (${workers} processes with streams)`, (t) =>
    crashAgainAndAgain(t, workers, crashes, longestLifeMs));
}

async function crashAgainAndAgain(
  t: TestContext,
  workers: number,
  crashes: number,
  longestLifeMs: number,
): Promise<void> {
  const seed = Number(process.env.HOLDFAST_SEED ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`HOLDFAST_SEED=${seed}`);
  const random = seededRandom(seed);
  const folder = await logFolder(t);
  const onDisk = [
    '--log',
    'lmdb',
    '--log-folder',
    folder,
    '--admin-listen',
    'off',
    '--workers',
    `${workers}`,
  ];
  let { hub, url } = await startServe(t, onDisk);
  const again = [...onDisk, '--listen', new URL(url).host];

  const publishers = Array.from({ length: PUBLISHERS }, (_, i) => new Publisher(`p${i}`, random));
  const all = new Reader(`${url}/stream?topic=crash/**&from=earliest`);
  const some = new Reader(`${url}/stream?topic=crash/3&topic=crash/7&from=earliest`);
  const running = [...publishers.map((publisher) => publisher.run(url)), all.run(), some.run()];
  const failed = Promise.all(running);
  for (let crash = 0; crash < crashes; crash++) {
    await Promise.race([delay(random() * longestLifeMs), failed]);
    hub.child.kill('SIGKILL');
    await hub.ended();
    ({ hub, url } = await startServe(t, again));
  }
  for (const publisher of publishers) publisher.stop();
  await within('the last acknowledgement', Promise.all(running.slice(0, PUBLISHERS)), LIMIT_MS);

  const acknowledged = new Map(publishers.flatMap((publisher) => [...publisher.acknowledged]));
  const { events, controls } = all.client;
  await waitFor('the stream to be complete', () => events.length >= acknowledged.size, LIMIT_MS);
  assert.deepEqual(
    controls.filter(({ kind }) => kind === 'gap'),
    [],
  );
  // Every event has come once: the positions are consecutive from the first. Each is where the publisher was told.
  const epoch = events[0]!.id.split('-')[0];
  for (const [i, { id, data }] of events.entries()) {
    assert.equal(id, `${epoch}-${i + 1}`);
    assert.equal(acknowledged.get(data), id, data);
  }
  assert.equal(events.length, acknowledged.size);
  for (const { name } of publishers) {
    const numbers = events
      .filter(({ data }) => data.startsWith(name))
      .map(({ data }) => Number(data.split(' ')[1]));
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, i) => i),
    );
  }
  const wanted = events.filter(({ data }) => [3, 7].includes((Number(data.split(' ')[1]) + 1) % 20));
  await waitFor(
    'the other stream to be complete',
    () => some.client.events.length >= wanted.length,
    LIMIT_MS,
  );
  assert.deepEqual(some.client.events, wanted);

  for (const reader of [all, some]) reader.stop();
  await Promise.all(running);
  hub.child.kill('SIGKILL');
  await hub.ended();
  const verify = await runCli(t, ['log', 'verify', folder]);
  assert.match(verify.stdout, new RegExp(`^The log is whole: ${events.length} events in \\d+ blocks\\.\n$`));
  t.diagnostic(`${events.length} events`);
}
