// What an EventSource loses when its connection is cut: nothing. The native one of Chromium, the npm package and our own
// client, in Chromium and in Node.js, go through the same scenarios, each cut by FIN and by reset.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openAccess } from '../../src/http/authorization.ts';
import { createHub, type Hub } from '../../src/http/create-hub.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import {
  arrivalsUntil,
  type EventSourceClient,
  nativeEventSource,
  npmEventSource,
} from '../support/event-source-client.ts';
import { followInNode, followInPage } from '../support/followed-client.ts';
import { type CutKind, Relay } from '../support/relay.ts';
import { waitFor } from '../support/wait-for.ts';

const HEARTBEAT_MS = 200;
const MAX_LOG_EVENTS = 50;

interface Stage {
  readonly hub: Hub;
  /** Reaches the hub without the relay. */
  readonly hubUrl: string;
  readonly relay: Relay;
  readonly client: EventSourceClient;
  readonly cursors: Cursors;
}

type OpenClient = (t: TestContext, origin: string, path: string) => Promise<EventSourceClient>;

test('the native EventSource of Chromium', { concurrency: true }, async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  await runScenarios(t, async (_t, origin, path) => {
    const { page } = await openPage(browser);
    await page.goto(`${origin}/blank`);
    return await nativeEventSource(page, origin + path);
  });
});

test('the EventSource of the npm package', { concurrency: true }, async (t) => {
  await runScenarios(t, async (t, origin, path) => {
    const client = npmEventSource(origin + path);
    t.after(() => client.close());
    return client;
  });
});

test('follow, in Chromium', { concurrency: true }, async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  await runScenarios(t, async (t, origin, path) => {
    const { page } = await openPage(browser);
    await page.goto(`${origin}/blank`);
    return await followInPage(t, page, origin + path);
  });
});

test('follow, in Node.js', { concurrency: true }, async (t) => {
  await runScenarios(t, async (t, origin, path) => {
    const client = followInNode(origin + path);
    t.after(() => client.close());
    return client;
  });
});

async function runScenarios(t: TestContext, openClient: OpenClient): Promise<void> {
  const scenarios = (['fin', 'reset'] as const).flatMap((kind) => [
    t.test(
      `gets all 10 events, once and in order, that were published while it was cut by ${kind} before its first`,
      (t) => getsWhatItMissed(t, openClient, kind),
    ),
    t.test(
      `on a quiet topic outlives the retention of busy topics three times, and resumes without a gap after ${kind}`,
      (t) => outlivesRetention(t, openClient, kind),
    ),
  ]);
  await Promise.all(scenarios);
}

async function getsWhatItMissed(t: TestContext, openClient: OpenClient, kind: CutKind): Promise<void> {
  const { hub, relay, client, cursors } = await setStage(t, openClient);
  await cursors.settled(0);
  relay.cut(kind);
  const events = Array.from({ length: 10 }, (_, i) => ({ topic: 'quiet', data: `missed ${i}` }));
  const ids = await hub.publish(events);
  relay.restore();
  await arrivalsUntil(client, 'missed 9');
  ids.push(...(await hub.publish({ topic: 'quiet', data: 'after' })));
  const arrivals = await arrivalsUntil(client, 'after');
  assert.deepEqual(
    arrivals.filter(({ type }) => type === 'message').map(({ data, id }) => [data, id]),
    [...events.map(({ data }) => data), 'after'].map((data, i) => [data, ids[i]]),
  );
  assert.deepEqual(controlKinds(arrivals), ['resumed']);
  assert.equal(await client.opened(), 2);
}

async function outlivesRetention(t: TestContext, openClient: OpenClient, kind: CutKind): Promise<void> {
  const { hub, hubUrl, relay, client, cursors } = await setStage(t, openClient);
  // An EventSource keeps the id of this event for as long as it is told no other.
  const [firstId] = await hub.publish({ topic: 'quiet', data: 'first' });
  await arrivalsUntil(client, 'first');
  const busy = Array.from({ length: MAX_LOG_EVENTS }, (_, i) => ({ topic: 'busy', data: i }));
  for (let i = 1; i <= 3; i++) {
    await hub.publish(busy);
    await cursors.settled(1 + i * MAX_LOG_EVENTS);
  }
  assert.deepEqual(await firstGap(t, hubUrl, firstId!), 'trimmed', 'the first event is still in the log');

  relay.cut(kind);
  await hub.publish([...busy.slice(0, 5), { topic: 'quiet', data: 'missed' }]);
  relay.restore();
  const arrivals = await arrivalsUntil(client, 'missed');
  assert.deepEqual(
    arrivals.filter(({ type }) => type === 'message').map(({ data }) => data),
    ['first', 'missed'],
  );
  assert.deepEqual(controlKinds(arrivals), ['resumed']);
}

async function setStage(t: TestContext, openClient: OpenClient): Promise<Stage> {
  const hub = createHub({ heartbeatMs: HEARTBEAT_MS, maxLogEvents: MAX_LOG_EVENTS, authorize: openAccess });
  const server = createServer((req, res) => {
    // A page of the hub's origin, so that the stream needs no CORS.
    if (req.url === '/blank')
      res.setHeader('content-type', 'text/html').end('<!doctype html><title>-</title>');
    else hub.handle(req, res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.close();
    await hub.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const relay = await Relay.start(t, port);
  const cursors = new Cursors(relay);
  const client = await openClient(t, `http://127.0.0.1:${relay.port}`, '/stream?topic=quiet');
  await waitFor('the stream to open', async () => (await client.opened()) === 1);
  return { hub, hubUrl: `http://127.0.0.1:${port}`, relay, client, cursors };
}

/** The positions of the cursor blocks that went through a relay. */
class Cursors {
  readonly #positions: number[] = [];

  constructor(relay: Relay) {
    relay.onChunk = (chunk) => {
      // A block is one write of the hub, far below the size of a packet.
      const blocks = chunk.toString('latin1').matchAll(/(?:^|\n)id: ?[a-z0-9]+-(\d+)\r?\n\r?\n/g);
      for (const [, position] of blocks) this.#positions.push(Number(position));
    };
  }

  /**
   * Waits for three cursors at a position: the relay sees a block before the client does, but a client that did
   * not get the first within two heartbeats is broken.
   */
  async settled(position: number): Promise<void> {
    const reached = () => this.#positions.filter((seen) => seen >= position).length >= 3;
    await waitFor(`three cursors at ${position}`, reached);
  }
}

/** The reason of the gap that a stream gets that comes back with this id. */
async function firstGap(t: TestContext, hubUrl: string, id: string): Promise<string | undefined> {
  const closed = new AbortController();
  t.after(() => closed.abort());
  const answer = await fetch(`${hubUrl}/stream?topic=quiet`, {
    headers: { 'last-event-id': id },
    signal: AbortSignal.any([closed.signal, AbortSignal.timeout(10_000)]),
  });
  let text = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const gap = /"kind":"gap","reason":"(\w+)"/.exec(text);
    if (gap !== null) return gap[1];
  }
  return undefined;
}

function controlKinds(arrivals: readonly { readonly type: string; readonly data: string }[]): unknown[] {
  const controls = arrivals.filter(({ type }) => type === 'holdfast');
  return controls.map(({ data }) => (JSON.parse(data) as { kind: unknown }).kind);
}
