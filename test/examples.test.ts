// The examples run as they stand, against the built package that they import.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { runExample, startExample } from './support/example-process.ts';
import { post, startHub } from './support/hub-server.ts';
import { StreamClient } from './support/stream-client.ts';
import { waitFor, within } from './support/wait-for.ts';

test('server.ts serves its clock, and ends its streams cleanly on SIGTERM', async (t) => {
  const { child, url } = await runExample(t, 'server.ts');
  const client = new StreamClient(`${url}/stream?topic=clock/utc`);
  await client.connect();
  await waitFor('two ticks', () => client.events.length >= 2);
  assert.ok(Date.parse(JSON.parse(client.events[0]!.data).time) > 0);
  child.kill('SIGTERM');
  const [code] = await within('its end', once(child, 'exit'));
  assert.equal(code, 0);
  assert.ok(client.endedCleanly);
  assert.deepEqual(client.controls, [{ kind: 'end', reason: 'drain' }]);
});

test('drain.ts is not ready from SIGTERM on, takes streams until the delay is over, and ends with 0', async (t) => {
  const { child, url } = await runExample(t, 'drain.ts', { DRAIN_DELAY_MS: '500' });
  const client = new StreamClient(`${url}/stream?topic=a`);
  await client.connect();
  child.kill('SIGTERM');
  await waitFor('/readyz to say no', async () => (await fetch(`${url}/readyz`)).status === 503);
  const late = new StreamClient(`${url}/stream?topic=a`);
  await late.connect();
  const [code] = await within('its end', once(child, 'exit'));
  assert.equal(code, 0);
  for (const { endedCleanly, controls } of [client, late]) {
    assert.ok(endedCleanly);
    assert.deepEqual(controls, [{ kind: 'end', reason: 'drain' }]);
  }
});

test('own-stream.ts sends its progress and goes on from where a client was', async (t) => {
  const { url } = await runExample(t, 'own-stream.ts');
  const client = new StreamClient(url);
  await client.connect({ 'last-event-id': '70' });
  await waitFor('the end', () => client.endedCleanly);
  assert.deepEqual(
    client.events.map((event) => event.data),
    ['{"percent":80}', '{"percent":90}', '{"percent":100}'],
  );
});

test('own-stream.ts tells a client that has everything to stop', async (t) => {
  const { url } = await runExample(t, 'own-stream.ts');
  const response = await fetch(url, { headers: { 'last-event-id': '100' } });
  assert.equal(response.status, 204);
});

test('follow.ts prints what comes, through a hub that ends the topic', async (t) => {
  const { hub, url } = await startHub(t);
  const child = startExample(t, 'follow.ts', { STREAM_URL: `${url}/stream?topic=orders/42` });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  await waitFor('the stream', () => hub.stats().streams === 1);
  const [id] = await hub.publish({ topic: 'orders/42', data: { state: 'paid' } });
  const endId = await hub.end('orders/42');
  const [code] = await within('its end', once(child, 'exit'));
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^${id} message { state: 'paid' }\n`));
  assert.match(stdout, /The server has ended the stream; again in \d+ ms\ncomplete: There is nothing more/);
  assert.ok(stdout.endsWith(`complete up to ${endId}\n`));
});

test('authorize.ts lets a token publish and read what is its own', async (t) => {
  const { url } = await runExample(t, 'authorize.ts');
  const headers = { authorization: 'Bearer s3cret' };
  assert.equal((await post(url, { topic: 'users/ada/inbox', data: 1 })).status, 401);
  assert.equal((await post(url, { topic: 'users/ada/inbox', data: 1 }, headers)).status, 200);
  assert.equal((await post(url, { topic: 'news/today', data: 1 }, headers)).status, 403);
  const client = new StreamClient(`${url}/stream?topic=users/ada/**&from=earliest`);
  await client.connect(headers);
  await waitFor('the event', () => client.events.length === 1);
  client.cut('fin');
  const browser = new StreamClient(`${url}/stream?topic=news/*&token=s3cret`);
  assert.equal((await browser.connect()).statusCode, 200);
  browser.cut('fin');
});

test('answers.ts: a reader that was cut off gets the rest of the answer, and then 204', async (t) => {
  const { url } = await runExample(t, 'answers.ts');
  const asked = await fetch(`${url}/answers?question=${encodeURIComponent('is this all of it?')}`, {
    method: 'POST',
  });
  const { stream } = (await asked.json()) as { stream: string };
  const client = new StreamClient(url + stream);
  await client.connect();
  await waitFor('two tokens', () => client.events.length >= 2);
  client.cut('reset');
  await client.connect();
  await waitFor('the end', () => client.endedCleanly);
  assert.equal(client.events.map(({ data }) => data).join(''), 'You have asked: is this all of it?');
  assert.ok(client.events.every(({ type }) => type === 'token'));
  assert.equal((await client.connect()).statusCode, 204);
});

test('outlets.ts logs, limits and counts, and the fake tests one of them without a socket', async (t) => {
  const { child, url } = await runExample(t, 'outlets.ts');
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const client = new StreamClient(`${url}/stream?topic=a`);
  await client.connect();
  const data = 'x'.repeat(10_000);
  const beganMs = performance.now();
  for (let i = 0; i < 3; i++) await post(url, { topic: 'a', data });
  await waitFor('the events', () => client.events.length === 3);
  // The first has to be paid for before the others: 10,000 bytes at 100,000 a second. Timers may be 1 ms early.
  assert.ok(performance.now() - beganMs >= 99);
  client.cut('fin');
  await waitFor('the log', () => /^Stream of a closed after \d\.\d s: client-left\n$/.test(stdout));
  const counted = (await (await fetch(`${url}/counters`)).json()) as { bytes: number };
  assert.ok(counted.bytes > 30_000);
  const run = startExample(t, 'outlet-rate-limit.test.ts', {});
  const [code] = await within('its end', once(run, 'exit'));
  assert.equal(code, 0);
});

test('faults.ts slows a connection down and cuts another one off', async (t) => {
  const child = startExample(t, 'faults.ts', {});
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await within('its end', once(child, 'exit'));
  assert.equal(code, 0);
  assert.equal(said, 'whole\n\ncut off\n');
});
