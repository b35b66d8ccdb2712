// The console against the real command line: `holdfast serve --demo` and `holdfast pub`, and what it says when the hub
// dies and comes back.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { type CliProcess, runCli, startServe } from '../support/child-process.ts';
import {
  eventRow,
  isOfNetwork,
  notice,
  state,
  topicRow,
  untilTrue,
  visit,
  visitOpen,
} from '../support/console-page.ts';

test('the console of holdfast serve', async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  const { hub, url } = await startServe(t, ['--demo']);
  await t.test('shows the values of this machine, and they move', (t) => showsHostValues(t, browser, url));
  await t.test('shows an event that `holdfast pub` sends, as text', (t) => showsPublished(t, browser, url));
  await t.test('measures rate and latency of what arrives', (t) => measures(t, browser, url));
  await t.test('asks nobody but the hub, and nothing in it is forbidden by its policy', (t) =>
    asksOnlyTheHub(t, browser, url),
  );
  await t.test('resumes after the hub was killed and started anew, and says what happened', (t) =>
    resumesAfterKill(t, browser, url, hub),
  );
});

async function showsHostValues(t: TestContext, browser: Browser, url: string): Promise<void> {
  const { page, complaints } = await visitOpen(t, browser, `${url}/?topic=host/**&view=topics`);
  for (const topic of ['host/load', 'host/memory']) await page.waitForSelector(topicRow(topic));
  await page.waitForSelector(`${topicRow('host/load')}[data-count]`);
  assert.match((await page.textContent(topicRow('host/load'))) ?? '', /load1 +[\d.]+/);
  const before = Number(await page.getAttribute(topicRow('host/load'), 'data-count'));
  await page.waitForSelector(`${topicRow('host/load')}[data-count="${before + 2}"]`);
  assert.match((await page.getAttribute(topicRow('host/load'), 'data-id')) ?? '', /^[a-z0-9]{6,10}-\d+$/);
  assert.equal(await page.getByRole('table').getByRole('rowheader', { name: 'host/load' }).count(), 1);
  assert.equal(await page.getAttribute('#reconnects', 'data-reconnects'), '0');
  assert.deepEqual(complaints, []);
}

async function showsPublished(t: TestContext, browser: Browser, url: string): Promise<void> {
  const { page, complaints } = await visitOpen(t, browser, `${url}/?topic=greetings/today`);
  // Data that would be an element, and a script, if it were ever taken as HTML.
  const data = 'hello <img src=/x onerror="document.title=1"> world';
  const { stdout } = await runCli(t, ['pub', 'greetings/today', data, '--url', url]);
  await page.waitForSelector(eventRow(stdout.trim()));
  assert.equal(await page.textContent(`${eventRow(stdout.trim())} .data`), data);
  await page.click(eventRow(stdout.trim()));
  assert.equal(await page.textContent('#event-data pre'), data);
  await page.getByRole('tab', { name: 'Newest by topic' }).click();
  assert.equal(await page.textContent(`${topicRow('greetings/today')} pre`), data);
  assert.equal(await page.locator('img').count(), 1, 'but for the mark of the page itself');
  assert.deepEqual(complaints, []);
}

async function measures(t: TestContext, browser: Browser, url: string): Promise<void> {
  const { page } = await visitOpen(t, browser, `${url}/?topic=host/load`);
  await page.waitForSelector('#latency-values:not([hidden])');
  assert.match((await page.textContent('#median')) ?? '', /^-?\d[\d.]* m?s$/);
  assert.ok(await page.isHidden('#no-latency'));
  await untilTrue(page, `parseFloat(document.querySelector('#rate').textContent) > 0`);
  const drawn = await page.evaluate<number[]>(`[...document.querySelectorAll('.uplot canvas')].map((canvas) =>
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter((byte) => byte !== 0).length)`);
  assert.equal(drawn.length, 2);
  assert.ok(
    drawn.every((pixels) => pixels > 0),
    String(drawn),
  );
  // A member that is not there: the page says so, and measures nothing.
  await page.getByLabel('from', { exact: true }).fill('sent.at');
  await untilTrue(page, `new URLSearchParams(location.search).get('time') === 'sent.at'`);
  await page.click('#clear');
  await untilTrue(
    page,
    `document.querySelector('#no-latency').textContent.includes('No event has a time in sent.at')`,
  );
  assert.ok(await page.isVisible('#no-latency'));
}

async function asksOnlyTheHub(t: TestContext, browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const answer = await page.goto(url);
  const policy = (await answer!.allHeaders())['content-security-policy'] ?? '';
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'/);
  assert.doesNotMatch(policy, /unsafe/);
  await page.waitForSelector(state('open'));
  await page.waitForSelector('#event-rows [data-id]');
  assert.ok(asked.length > 10);
  assert.deepEqual(
    asked.filter((request) => !request.startsWith(`${url}/`)),
    [],
  );
}

async function resumesAfterKill(
  t: TestContext,
  browser: Browser,
  url: string,
  hub: CliProcess,
): Promise<void> {
  const { page, complaints } = await visit(t, browser, `${url}/?topic=host/**&view=topics`);
  await page.waitForSelector(`${topicRow('host/load')}[data-id]`);
  const [epoch] = (await page.getAttribute(topicRow('host/load'), 'data-id'))!.split('-');
  assert.equal(await page.locator('#notices li').count(), 0);
  hub.child.kill('SIGKILL');
  await hub.ended();
  await page.waitForSelector(state('reconnecting'));
  await page.waitForSelector(notice('cut'));
  await page.waitForSelector('#trouble:not([hidden])');
  assert.match((await page.textContent('#trouble')) ?? '', /No answer from 127\.0\.0\.1:\d+/);
  assert.match((await page.textContent('#trouble-next')) ?? '', /goes on trying/);

  // The log in memory is gone: the new one has another epoch.
  await startServe(t, ['--demo', '--listen', new URL(url).host]);
  await page.click('#try-now');
  await page.waitForSelector(state('open'));
  const gap = await page.waitForSelector(`${notice('gap')}[data-reason="epoch"]`);
  assert.match((await gap.textContent()) ?? '', /began a new log/);
  await page.waitForSelector(notice('resumed'));
  assert.ok(await page.isHidden('#trouble'));
  assert.match((await page.textContent('#reconnects')) ?? '', /^1 reconnect, the last after \d/);
  await page.waitForSelector(`${topicRow('host/load')}:not([data-id^="${epoch}"])`);
  assert.deepEqual(
    complaints.filter((text) => !isOfNetwork(text)),
    [],
  );
}
