// The page in a real browser, against the real command line: `holdfast serve --demo` and `holdfast pub`.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { openBrowser, openPage } from '../support/browser.ts';
import { type CliProcess, runCli, startServe } from '../support/child-process.ts';

test('the page in Chromium', async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  const { hub, url } = await startServe(t, ['--demo']);

  await t.test('shows the values of this machine, and they move', (t) => showsHostValues(t, browser, url));
  await t.test('shows an event that `holdfast pub` sends', (t) => showsPublished(t, browser, url));
  await t.test('watches what is typed, and the way back works', (t) => watchesWhatIsTyped(t, browser, url));
  await t.test('says why the hub refused a pattern', (t) => saysWhyRefused(t, browser, url));
  await t.test('holds at most 200 topics and 100 notices', (t) => staysBounded(t, browser, url));
  await t.test('fits a screen of 360 px, and the keyboard reaches everything', (t) =>
    fitsNarrow(t, browser, url),
  );
  await t.test('resumes after the hub was killed and started anew, and says what happened', (t) =>
    resumesAfterKill(t, browser, url, hub),
  );
  await t.test('comes back by itself, with its position, after an answer that ends every EventSource', (t) =>
    comesBackAfterRefusal(t, browser),
  );
});

async function showsHostValues(t: TestContext, browser: Browser, url: string): Promise<void> {
  const { page, complaints } = await visit(t, browser, url);
  await page.waitForSelector('#connection[data-state="open"]');
  for (const topic of ['host/load', 'host/memory']) await page.waitForSelector(row(topic));
  const first = await page.textContent(row('host/load'));
  assert.match(first ?? '', /load1 +[\d.]+/);
  const countOf = () => page.getAttribute(row('host/load'), 'data-count').then(Number);
  const before = await countOf();
  await page.waitForSelector(`${row('host/load')}[data-count="${before + 2}"]`);
  assert.match((await page.getAttribute(row('host/load'), 'data-id')) ?? '', /^[a-z0-9]{6,10}-\d+$/);
  assert.equal(await page.getByRole('table').getByRole('rowheader', { name: 'host/load' }).count(), 1);
  assert.match((await page.getByRole('status').textContent()) ?? '', /open/);
  assert.equal(await page.getAttribute('#reconnects', 'data-reconnects'), '0');
  assert.deepEqual(complaints, []);
}

async function showsPublished(t: TestContext, browser: Browser, url: string): Promise<void> {
  const { page, complaints } = await visit(t, browser, `${url}/?topic=greetings/today`);
  await page.waitForSelector('#connection[data-state="open"]');
  // Data that would be an element, and a script, if it were ever taken as HTML.
  const data = 'hello <img src=/x onerror="document.title=1"> world';
  const { stdout } = await runCli(t, ['pub', 'greetings/today', data, '--url', url]);
  await page.waitForSelector(`${row('greetings/today')}[data-id="${stdout.trim()}"]`);
  assert.equal(await page.textContent(`${row('greetings/today')} pre`), data);
  assert.equal(await page.locator('img').count(), 0);
  assert.deepEqual(complaints, []);
}

async function watchesWhatIsTyped(t: TestContext, browser: Browser, url: string): Promise<void> {
  const { page } = await visit(t, browser, url);
  await page.waitForSelector(row('host/load'));
  await page.getByLabel('Topics and patterns').fill('typed/*\nhost/memory');
  await page.getByRole('button', { name: 'Watch' }).click();
  assert.equal(new URL(page.url()).search, '?topic=typed/*&topic=host/memory');
  await page.waitForSelector(row('host/memory'));
  assert.equal(await page.locator(row('host/load')).count(), 0);
  await runCli(t, ['pub', 'typed/a', '{"topic":"typed/a","n":1}', '--url', url]);
  await page.waitForSelector(row('typed/a'));
  await page.goBack();
  await page.waitForSelector(row('host/load'));
  assert.equal(await page.locator(row('typed/a')).count(), 0);
  assert.equal(await page.getByLabel('Topics and patterns').inputValue(), 'host/**');
}

async function saysWhyRefused(t: TestContext, browser: Browser, url: string): Promise<void> {
  const { page } = await visit(t, browser, `${url}/?topic=no//segment`);
  await page.waitForSelector('#connection[data-state="stopped"]');
  const notice = await page.textContent('#notices li[data-kind="refused"]');
  assert.match(notice ?? '', /no\/\/segment/);
}

async function staysBounded(t: TestContext, browser: Browser, url: string): Promise<void> {
  const { page } = await visit(t, browser, `${url}/?topic=many/*`);
  await page.waitForSelector('#connection[data-state="open"]');
  const topics = Array.from({ length: 250 }, (_, i) => `many/${i}`);
  await publish(
    url,
    topics.map((topic) => ({ topic, data: { topic } })),
  );
  await page.waitForSelector('#not-shown:not([hidden])');
  assert.equal(await page.locator('#values tbody tr').count(), 200);
  assert.match((await page.textContent('#not-shown')) ?? '', /^50 events/);
  const kept = await page.evaluate<string[]>(`(async () => {
    const { NoticeList } = await import('/console/notices.js');
    const list = document.querySelector('#notices');
    const notices = new NoticeList(list, document.querySelector('#no-notices'));
    for (let i = 0; i < 150; i++) notices.add({ kind: 'test', words: 'notice ' + i });
    return [...list.children].map((item) => item.lastElementChild.textContent);
  })()`);
  assert.equal(kept.length, 100);
  assert.deepEqual([kept[0], kept[99]], ['notice 149', 'notice 50']);
}

async function fitsNarrow(t: TestContext, browser: Browser, url: string): Promise<void> {
  const { page } = await visit(t, browser, url, { viewport: { width: 360, height: 740 } });
  await page.waitForSelector(row('host/load'));
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  assert.ok(width <= 360, `the page is ${width} px wide`);
  const focused: string[] = [];
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press('Tab');
    focused.push(await page.evaluate('document.activeElement.id || document.activeElement.textContent'));
  }
  assert.deepEqual(focused, ['topics', 'Watch', 'notices']);
}

async function resumesAfterKill(
  t: TestContext,
  browser: Browser,
  url: string,
  hub: CliProcess,
): Promise<void> {
  const { page, complaints } = await visit(t, browser, url);
  await page.waitForSelector(`${row('host/load')}[data-id]`);
  const [epoch] = (await page.getAttribute(row('host/load'), 'data-id'))!.split('-');
  assert.equal(await page.locator('#notices li').count(), 0);
  hub.child.kill('SIGKILL');
  await hub.ended();
  await page.waitForSelector('#connection[data-state="reconnecting"]');
  await page.waitForSelector('#notices li[data-kind="cut"]');

  // The log in memory is gone: the new one has another epoch.
  await startServe(t, ['--demo', '--listen', new URL(url).host]);
  await page.waitForSelector('#connection[data-state="open"]');
  const gap = await page.waitForSelector('#notices li[data-kind="gap"][data-reason="epoch"]');
  assert.match((await gap.textContent()) ?? '', /began a new log/);
  assert.equal(await page.getAttribute('#reconnects', 'data-reconnects'), '1');
  await page.waitForSelector(`${row('host/load')}:not([data-id^="${epoch}"])`);
  // The browser itself reports every connection that fails; the page has nothing to add.
  assert.deepEqual(
    complaints.filter((text) => !/^Failed to load resource: net::ERR_/.test(text)),
    [],
  );
}

async function comesBackAfterRefusal(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startServe(t, ['--demo']);
  const { page } = await visit(t, browser, url);
  const id = await (await page.waitForSelector(`${row('host/load')}[data-id]`)).getAttribute('data-id');
  hub.child.kill('SIGKILL');
  await hub.ended();
  // What a proxy says while there is no hub behind it.
  const proxy = createServer((_req, res) => {
    res
      .writeHead(503, { 'content-type': 'text/html', 'retry-after': '1', connection: 'close' })
      .end('<h1>503</h1>');
  });
  proxy.listen(Number(new URL(url).port), '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  const refusal = await page.waitForSelector('#notices li[data-kind="refused"]');
  assert.match((await refusal.textContent()) ?? '', /503 text\/html/);

  proxy.close();
  await once(proxy, 'close');
  await startServe(t, ['--demo', '--listen', new URL(url).host]);
  await page.waitForSelector('#connection[data-state="open"]');
  const gap = await page.waitForSelector('#notices li[data-kind="gap"][data-reason="epoch"]');
  const [epoch] = id!.split('-');
  assert.match((await gap.textContent()) ?? '', new RegExp(`between ${epoch}-`));
}

const row = (topic: string) => `#values tr[data-topic="${topic}"]`;

/** A page of its own, closed with the test: an open stream would count against the next one. */
async function visit(t: TestContext, browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const watched = await openPage(browser, options);
  t.after(() => watched.page.context().close());
  await watched.page.goto(url);
  return watched;
}

async function publish(url: string, events: readonly unknown[]): Promise<void> {
  const answer = await fetch(`${url}/publish`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
    signal: AbortSignal.timeout(10_000),
  });
  assert.equal(answer.status, 200, await answer.text());
}
