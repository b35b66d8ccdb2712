import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Logger } from '../base/logger.ts';
import { startHostFeed } from './host-feed.ts';
import { type HostEvent, hostEvents, readHostSample, topicSegment } from './host-sample.ts';

const INTERVAL_MS = 1000;

test('load, memory, TCP and each interface are published at once, rates and CPU from the second tick', async (t) => {
  const feed = await startFeed(t, await procFolder(t));
  const first = await feed.published();
  assert.deepEqual(
    first.map((event) => event.topic),
    ['host/load', 'host/memory', 'host/tcp', 'host/net/lo', 'host/net/a_b'],
  );
  assert.deepEqual(first[4]?.data.interface, 'a*b');
  for (const { topic, data } of first) assert.equal(data.topic, topic);

  await writeFile(join(feed.folder, 'stat'), 'cpu  150 0 0 50\n');
  feed.tick();
  const second = await feed.published();
  assert.deepEqual(second.find((event) => event.topic === 'host/cpu')?.data.busyPercent, 50);
  assert.deepEqual(second.find((event) => event.topic === 'host/net/lo')?.data.receivedBytesPerSecond, 0);
});

test('a tick that is being published is not overtaken, and the log says so once', async (t) => {
  const feed = await startFeed(t, await procFolder(t));
  const first = await feed.begun();
  feed.tick();
  feed.tick();
  assert.deepEqual(feed.messages(), ['The host feed skips a tick: the one before is still being published']);
  assert.equal(feed.calls, 1);
  first.resolve([]);
  await turnOfLoop();
  feed.tick();
  await feed.begun();
  assert.equal(feed.calls, 2);
});

test('a publish that fails is logged once, and the feed goes on', async (t) => {
  const feed = await startFeed(t, await procFolder(t));
  for (let i = 0; i < 3; i++) {
    (await feed.begun()).reject(new Error('the log is full'));
    await turnOfLoop();
    feed.tick();
  }
  (await feed.begun()).resolve([]);
  assert.deepEqual(feed.messages(), ['The host feed could not publish, and goes on trying']);
  assert.deepEqual(feed.logged[0]?.values, { error: 'the log is full' });
});

test('without /proc, load and memory come from the system, and the log says once what is missing', async (t) => {
  const feed = await startFeed(t, join(tmpdir(), 'holdfast-there-is-no-such-folder'));
  const first = await feed.published();
  feed.tick();
  await feed.published();
  assert.deepEqual(
    first.map((event) => event.topic),
    ['host/load', 'host/memory'],
  );
  assert.ok((first[1]?.data.totalBytes as number) > 0);
  assert.equal(feed.messages().length, 1);
  assert.deepEqual(feed.logged[0]?.values, {
    missing: ['loadavg', 'meminfo', 'stat', 'net/dev', 'net/snmp', 'net/netstat'],
  });
});

test('nothing is published after stop', async (t) => {
  const feed = await startFeed(t, await procFolder(t));
  await feed.published();
  // The tick has begun to read when the feed is stopped.
  feed.tick();
  feed.stop();
  for (let i = 0; i < 3; i++) await readHostSample(feed.folder, 0);
  feed.tick();
  await readHostSample(feed.folder, 0);
  await turnOfLoop();
  assert.equal(feed.calls, 1);
});

test('a text longer than the bound is read up to its last whole line', async (t) => {
  const folder = await procFolder(t);
  const line = (i: number) => `  veth${i}: ${'1 '.repeat(15)}1\n`;
  const dev = Array.from({ length: 4000 }, (_, i) => line(i)).join('');
  assert.ok(dev.length > 2 * 65_536);
  await writeFile(join(folder, 'net', 'dev'), dev);
  const sample = await readHostSample(folder, 0);
  assert.equal(sample.interfaces.size, countLines(dev.slice(0, 65_536)));
  assert.equal(hostEvents(undefined, sample).filter(({ topic }) => topic.startsWith('host/net/')).length, 32);
});

test('any name of an interface becomes one segment of a topic', () => {
  assert.equal(topicSegment('eth0.100'), 'eth0.100');
  assert.equal(topicSegment('wlan-é'), 'wlan-é');
  assert.equal(topicSegment('a/b*\u0001\u2028c d'), 'a_b___c_d');
  assert.equal(topicSegment(''), '_');
});

/** A publish that the feed has begun, and the means to end it. */
interface Begun {
  readonly events: readonly HostEvent[];
  readonly resolve: (ids: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

async function startFeed(t: TestContext, folder: string) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const calls = new EventEmitter();
  const waiting: Begun[] = [];
  const logged: { values: Readonly<Record<string, unknown>>; message: string }[] = [];
  const log = (values: Readonly<Record<string, unknown>>, message: string) => {
    logged.push({ values, message });
  };
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  let count = 0;
  const feed = startHostFeed({
    publish(events) {
      count++;
      const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
      waiting.push({ events, resolve, reject });
      calls.emit('begun');
      return promise;
    },
    intervalMs: INTERVAL_MS,
    logger,
    procFolder: folder,
  });
  t.after(() => feed.stop());

  async function begun(): Promise<Begun> {
    if (waiting.length === 0) await once(calls, 'begun', { signal: AbortSignal.timeout(5000) });
    return waiting.shift()!;
  }
  return {
    folder,
    logged,
    begun,
    get calls() {
      return count;
    },
    async published() {
      const { events, resolve } = await begun();
      resolve([]);
      await turnOfLoop();
      return events;
    },
    messages: () => logged.map(({ message }) => message),
    tick: () => t.mock.timers.tick(INTERVAL_MS),
    stop: () => feed.stop(),
  };
}

async function procFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-proc-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'net'));
  const interfaceLine = (name: string) => `${name}: ${'5 '.repeat(15)}5\n`;
  await Promise.all([
    writeFile(join(folder, 'loadavg'), '0.20 0.19 0.14 1/86 6267\n'),
    writeFile(join(folder, 'meminfo'), 'MemTotal: 1000 kB\n'),
    writeFile(join(folder, 'stat'), 'cpu  100 0 0 0\n'),
    writeFile(join(folder, 'net', 'dev'), interfaceLine('lo') + interfaceLine('a*b')),
    writeFile(join(folder, 'net', 'snmp'), 'Tcp: CurrEstab\nTcp: 5\n'),
    writeFile(join(folder, 'net', 'netstat'), ''),
  ]);
  return folder;
}

/** Everything that was ready to run has run. */
const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve));

/** Whole lines. */
const countLines = (text: string) => text.split('\n').length - 1;
