import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAccess } from '../src/http/authorization.ts';
import { createHub } from '../src/http/create-hub.ts';
import { startServer } from '../src/server/server.ts';
import { nodeHttp } from './peers/node-http/peer.ts';
import { freePort, holdfastAddresses } from './peers/start-server.ts';
import { resumeStorm } from './resume-storm.ts';

const plan = { streams: 50, missed: 20, limitMs: 5000 };
const { signal } = new AbortController();

test('clients that come back to a hub have all that they missed, once', { timeout: 30_000 }, async (t) => {
  const hub = createHub({ authorize: openAccess });
  const server = await startServer({ host: '127.0.0.1', port: await freePort() }, hub, () => {});
  t.after(() => hub.close().then(() => server.close()));
  const addresses = holdfastAddresses(Number(new URL(server.url).port));
  const peer = { ...addresses, pid: process.pid, end: undefined, stop: async () => {} };
  const figures = await resumeStorm(peer, plan, signal);
  assert.equal(figures.lost, 0);
  assert.equal(figures.repeated, 0);
  assert.ok(figures.resumeUs! > 0 && figures.stormUs! > 0);
});

test('what a server without history did not bring back is lost', { timeout: 30_000 }, async (t) => {
  const peer = await nodeHttp.start(await freePort(), { streams: plan.streams, keepsHistory: true });
  t.after(() => peer.stop());
  const figures = await resumeStorm(peer, { ...plan, limitMs: 500 }, signal);
  assert.equal(figures.lost, plan.streams * plan.missed);
});
