// The console's list: what is watched and how that is shared, and events that are held still, filtered and looked into.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { eventRow, startConsoleHub, state, topicRow, untilTrue, visitOpen } from '../support/console-page.ts';
import { waitFor } from '../support/wait-for.ts';

type Scenario = (t: TestContext, browser: Browser) => Promise<void>;

const scenarios: Readonly<Record<string, Scenario>> = {
  'adds and removes topics, and the way back works': changesTopics,
  'shows events of types that nobody named, once they are found': findsTypes,
  'starts with all that is kept where that is asked for': startsWithAllKept,
  'shares a view by its URL, without the token that gives access': sharesView,
  'filters what is kept and what comes': filters,
  'is held still by its button, says what is new, and goes on from the newest': pauses,
  'is held by scrolling, and follows again at the top': holdsWhileScrolled,
  'shows JSON as a tree, and copies it': inspects,
  'is used by the keyboard alone': usesKeyboard,
  'tells screen readers the structure, and of events only what they ask for': tellsScreenReaders,
  'keeps 5,000 events and some forty rows, 200 topics and 100 notices, of 12,000 events': staysBounded,
  'fits a screen of 360 px, also dark': fitsNarrow,
};

test('the list of the console', async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  for (const [title, scenario] of Object.entries(scenarios)) await t.test(title, (t) => scenario(t, browser));
});

async function changesTopics(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const { page, complaints } = await visitOpen(t, browser, url);
  assert.deepEqual(await chipsOf(page, '#topics'), ['**']);
  await page.getByLabel('Topics', { exact: true }).fill('typed/*');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove **' }).click();
  await page.waitForSelector(state('open'));
  assert.equal(new URL(page.url()).search, '?topic=typed/*');
  await waitFor('the stream of the new topic alone', () => hub.stats().streams === 1);
  await hub.publish({ topic: 'other', data: 'not asked for' });
  const [id] = await hub.publish({ topic: 'typed/a', data: { topic: 'typed/a' } });
  await page.waitForSelector(eventRow(id!));
  assert.equal(await page.textContent(`${eventRow(id!)} .topic`), 'typed/a');
  await untilTrue(page, `document.querySelector('#shown').textContent === '1 event'`);
  // A list that is pasted.
  await page.evaluate(`(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', 'one\\ntwo words\\n');
    document.querySelector('#add-topic').dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
  })()`);
  assert.deepEqual(await chipsOf(page, '#topics'), ['typed/*', 'one', 'two words']);
  await page.focus('#add-topic');
  await page.keyboard.press('Backspace');
  assert.deepEqual(await chipsOf(page, '#topics'), ['typed/*', 'one']);
  for (let i = 0; i < 4; i++) await page.goBack();
  await waitFor('the first view', async () => (await chipsOf(page, '#topics')).join() === '**');
  await page.waitForSelector(state('open'));
  assert.deepEqual(complaints, []);
}

async function findsTypes(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  // Before the page is open: only looking back finds it.
  await hub.publish({ topic: 'orders/1', type: 'created', data: 1 });
  const { page } = await visitOpen(t, browser, `${url}/?topic=orders/*&type=named`);
  await page.waitForSelector('#types li[data-text="created"]');
  const [first, second] = await hub.publish([
    { topic: 'orders/1', type: 'created', data: 2 },
    { topic: 'orders/1', type: 'named', data: 3 },
  ]);
  await page.waitForSelector(`${eventRow(first!)}[data-type="created"]`);
  await page.waitForSelector(`${eventRow(second!)}[data-type="named"]`);
  // EventSource has an event of that name itself, which is none of the hub's.
  await hub.publish({ topic: 'orders/1', type: 'error', data: 4 });
  await page.waitForSelector('#types li[data-text="error"]');
  const [third] = await hub.publish({ topic: 'orders/1', type: 'error', data: 5 });
  await page.waitForSelector(`${eventRow(third!)}[data-type="error"]`);
  assert.equal(await page.getAttribute('#connection', 'data-state'), 'open');
  assert.equal(await page.locator('#types li[data-text="created"] button').count(), 0);
  await page.getByRole('button', { name: 'Remove named' }).click();
  assert.equal(new URL(page.url()).search, '?topic=orders/*');
}

async function startsWithAllKept(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const [id] = await hub.publish({ topic: 'a', data: 'before' });
  const { page } = await visitOpen(t, browser, `${url}/?topic=a`);
  await page.getByLabel('Start').selectOption('earliest');
  await page.waitForSelector(eventRow(id!));
  assert.equal(new URL(page.url()).search, '?topic=a&from=earliest');
}

async function sharesView(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t, {
    authorize: ({ query }) =>
      query.get('token') === 'secret'
        ? { publish: [], subscribe: ['**'] }
        : { status: 401, detail: 'no token' },
  });
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${url}/?topic=a/*&type=paid&filter=x%20-y&time=at&view=topics&token=secret`);
  await page.waitForSelector(state('open'));
  assert.deepEqual(await chipsOf(page, '#topics'), ['a/*']);
  assert.equal(await page.inputValue('#filter'), 'x -y');
  assert.equal(await page.inputValue('#time-member'), 'at');
  assert.equal(await page.getAttribute('#topics-tab', 'aria-selected'), 'true');
  await page.click('#copy-link');
  await page.waitForSelector('#copy-link[data-copied="true"]');
  const link = await page.evaluate<string>('navigator.clipboard.readText()');
  assert.equal(link, `${url}/?topic=a/*&type=paid&filter=x%20-y&time=at&view=topics`);
  assert.equal(hub.stats().streams >= 1, true);
}

async function filters(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const { page } = await visitOpen(t, browser, `${url}/?topic=a`);
  const ids = await hub.publish(['apple', 'pear', 'apple tree'].map((data) => ({ topic: 'a', data })));
  await page.waitForSelector(eventRow(ids[2]!));
  await page.getByRole('searchbox', { name: 'Filter' }).fill('apple -tree');
  await untilTrue(page, `document.querySelector('#shown').textContent === '1 of 3 events'`);
  assert.deepEqual(await idsShown(page), [ids[0]]);
  const [no, yes] = await hub.publish([
    { topic: 'a', data: 'plum' },
    { topic: 'a', data: 'Apple' },
  ]);
  await page.waitForSelector(eventRow(yes!));
  assert.equal(await page.locator(eventRow(no!)).count(), 0);
  assert.equal(new URL(page.url()).search, '?topic=a&filter=apple%20-tree');
  await page.getByRole('searchbox', { name: 'Filter' }).fill('nothing is so');
  await page.getByText('No event passes the filter.').waitFor();
  await page.getByRole('searchbox', { name: 'Filter' }).fill('');
  await waitFor('all events', async () => (await idsShown(page)).length === 5);
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('No event has arrived yet.').first().waitFor();
}

async function pauses(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const { page } = await visitOpen(t, browser, `${url}/?topic=a`);
  const [first] = await hub.publish({ topic: 'a', data: 1 });
  await page.waitForSelector(eventRow(first!));
  await page.getByRole('button', { name: 'Pause' }).click();
  const later = await hub.publish([2, 3].map((data) => ({ topic: 'a', data })));
  await page.waitForSelector('#pause[data-new="2 new"]');
  // The list was drawn since, only to be older.
  await untilTrue(page, `document.querySelector('#event-rows .age').textContent !== 'now'`);
  assert.deepEqual(await idsShown(page), [first]);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.waitForSelector(eventRow(later[1]!));
  assert.deepEqual(await idsShown(page), [later[1], later[0], first]);
}

async function holdsWhileScrolled(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const { page } = await visitOpen(t, browser, `${url}/?topic=a`);
  const ids = await hub.publish(Array.from({ length: 500 }, (_, i) => ({ topic: 'a', data: i })));
  await page.waitForSelector(eventRow(ids[499]!));
  await page.hover('#scroller');
  await page.mouse.wheel(0, 2600);
  await page.waitForSelector('#pause[aria-pressed="true"]');
  await waitFor('rows further down', async () => (await idsShown(page))[0] === ids[399]);
  const [newest] = await hub.publish({ topic: 'a', data: 'new' });
  await page.waitForSelector('#pause[data-new="1 new"]');
  assert.equal((await idsShown(page))[0], ids[399]);
  await page.mouse.wheel(0, -9999);
  await page.waitForSelector(eventRow(newest!));
  assert.equal(await page.getAttribute('#pause', 'aria-pressed'), 'false');
}

async function inspects(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${url}/?topic=a/*`);
  await page.waitForSelector(state('open'));
  const data = {
    topic: 'a/b',
    list: Array.from({ length: 250 }, (_, i) => i),
    deep: { er: { still: '<b>' } },
    none: null,
    empty: {},
  };
  const [id] = await hub.publish({ topic: 'a/b', data });
  await page.click(eventRow(id!));
  const facts = (await page.textContent('#event-facts')) ?? '';
  assert.match(facts, /Topica\/b/);
  assert.match(facts, new RegExp(`Id${id}`));
  assert.match(facts, /Arrived\d\d:\d\d:\d\d\.\d{3}/);
  assert.match(facts, /Latencyno time of sending in it/);
  const tree = page.locator('#event-data');
  assert.equal(await tree.locator('.number').count(), 0, 'what is closed is not there yet');
  await tree.getByText('[250]').click();
  assert.equal(await tree.locator('.number').count(), 200);
  await tree.getByText('… and 50 more').waitFor();
  await tree.getByText('{ still }').click();
  await tree.getByText('"<b>"').waitFor();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.getByText('The data is copied.').waitFor({ state: 'attached' });
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), JSON.stringify(data));
}

async function usesKeyboard(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const { page } = await visitOpen(t, browser, `${url}/?topic=a`);
  const ids = await hub.publish(Array.from({ length: 100 }, (_, i) => ({ topic: 'a', data: { i } })));
  await page.waitForSelector(eventRow(ids[99]!));
  const order: string[] = [];
  const focused = () =>
    page.evaluate<string>('document.activeElement.id || document.activeElement.ariaLabel');
  for (let i = 0; i < 15; i++) {
    await page.keyboard.press('Tab');
    order.push(await focused());
  }
  assert.deepEqual(order, [
    ...['copy-link', 'open-publish', 'Remove a', 'add-topic', 'add-type', 'from', 'time-member'],
    ...['events-tab', 'filter', 'pause', 'clear', 'events', 'notices'],
    ...order.slice(13),
  ]);
  await page.focus('#events');
  const selected = () => page.getAttribute('#event-rows [aria-selected="true"]', 'data-id');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await selected(), ids[98]);
  const active = await page.getAttribute('#events', 'aria-activedescendant');
  assert.equal(await page.getAttribute(`#${active}`, 'data-id'), ids[98]);
  await page.keyboard.press('End');
  await page.waitForSelector(`${eventRow(ids[0]!)}[aria-selected="true"]`);
  assert.match((await page.textContent('#event-data')) ?? '', /i0/);
  await page.keyboard.press('Home');
  assert.equal(await selected(), ids[99]);
  await page.keyboard.press('PageDown');
  assert.notEqual(await selected(), ids[99]);
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'inspector');
  await page.focus('#events');
  await page.keyboard.press('Escape');
  assert.equal(await page.getAttribute('#pause', 'aria-pressed'), 'false');
  assert.equal(await page.locator('#event-rows [aria-selected="true"]').count(), 0);
  await page.keyboard.press('Space');
  assert.equal(await page.getAttribute('#pause', 'aria-pressed'), 'true');
  await page.focus('#events-tab');
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(), 'topics-tab');
  await page.waitForSelector(topicRow('a'));
}

async function tellsScreenReaders(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const { page } = await visitOpen(t, browser, `${url}/?topic=a`);
  const ids = await hub.publish(Array.from({ length: 100 }, (_, i) => ({ topic: 'a', data: i })));
  await page.waitForSelector(eventRow(ids[99]!));
  const grid = page.getByRole('grid', { name: 'Events, newest first' });
  assert.equal(await grid.getAttribute('aria-rowcount'), '101');
  assert.equal(await grid.getByRole('columnheader').count(), 5);
  assert.equal(await page.getAttribute(eventRow(ids[99]!), 'aria-rowindex'), '2');
  const live = await page.evaluate<
    string[]
  >(`[...document.querySelectorAll('[aria-live],[role=status],[role=alert]')]
    .filter((region) => region.closest('#events, #values, #figures') || region.querySelector('#events, #values')).map((region) => region.id)`);
  assert.deepEqual(live, [], 'no live region has events in it');
  // 50 notices in a moment are two sentences: the first, and the last with how many there were between.
  await page.evaluate(`window.said = []; new MutationObserver(() =>
    window.said.push(document.querySelector('#announcements').textContent)).observe(document.querySelector('#announcements'), { childList: true })`);
  await page.evaluate(`(async () => {
    const { Announcer } = await import('/console/announcer.js');
    const announcer = new Announcer(document.querySelector('#announcements'));
    for (let i = 1; i <= 50; i++) announcer.say('Notice ' + i + '.');
  })()`);
  await untilTrue(page, 'window.said.some((words) => words.startsWith("Notice 50"))');
  const said = await page.evaluate<string[]>('window.said.filter((words) => words.startsWith("Notice"))');
  assert.deepEqual(said, ['Notice 1.', 'Notice 50. And 48 more notices.']);
}

async function staysBounded(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t, { maxLogEvents: 20_000 });
  const { page, complaints } = await visitOpen(t, browser, `${url}/?topic=many/*`);
  const before = await page.evaluate<number>('document.querySelectorAll("*").length');
  for (let batch = 0; batch < 12; batch++) {
    const topics = Array.from({ length: 1000 }, (_, i) => `many/${i % 250}`);
    await hub.publish(topics.map((topic) => ({ topic, data: { topic, batch } })));
  }
  await untilTrue(page, `document.querySelector('#shown').textContent === 'newest 5,000 of 12,000'`);
  const rows = await page.locator('#event-rows > *').count();
  assert.ok(rows > 10 && rows < 60, `${rows} rows`);
  const height = await page.evaluate<string>(`getComputedStyle(document.querySelector('#spacer')).height`);
  assert.equal(height, `${5000 * 26}px`);
  const after = await page.evaluate<number>('document.querySelectorAll("*").length');
  assert.ok(after - before < 60 * 6 + 200 * 7, `${after - before} elements more`);
  await page.getByRole('tab', { name: 'Newest by topic' }).click();
  await page.waitForSelector('#not-shown:not([hidden])');
  assert.equal(await page.locator('#values tbody tr').count(), 200);
  assert.match((await page.textContent('#not-shown')) ?? '', /^2400 events/);
  const kept = await page.evaluate<string[]>(`(async () => {
    const { NoticeList } = await import('/console/notices.js');
    const notices = new NoticeList(() => {});
    for (let i = 0; i < 150; i++) notices.add({ kind: 'test', words: 'notice ' + i });
    return [...document.querySelector('#notices').children].map((item) => item.lastElementChild.textContent);
  })()`);
  assert.equal(kept.length, 100);
  assert.deepEqual([kept[0], kept[99]], ['notice 149', 'notice 50']);
  assert.deepEqual(complaints, []);
}

async function fitsNarrow(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const options = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;
  const { page } = await visitOpen(
    t,
    browser,
    `${url}/?topic=a/very/long/topic/that/does/not/fit/into/a/line/of/it`,
    options,
  );
  const [id] = await hub.publish({
    topic: 'a/very/long/topic/that/does/not/fit/into/a/line/of/it',
    data: { text: 'x'.repeat(300) },
  });
  await page.click(eventRow(id!));
  await page.click('#open-publish');
  const width = () => page.evaluate<number>('document.documentElement.scrollWidth');
  assert.equal(await width(), 360);
  await page.getByRole('tab', { name: 'Newest by topic' }).click();
  assert.equal(await width(), 360);
  assert.equal(
    await page.evaluate('getComputedStyle(document.documentElement).backgroundColor'),
    'rgb(18, 23, 22)',
  );
}

const idsShown = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('#event-rows > :not([hidden])')]
    .filter((row) => row.getBoundingClientRect().bottom > document.querySelector('#event-heads').getBoundingClientRect().bottom + 2)
    .map((row) => row.dataset.id)`);

const chipsOf = (page: Page, list: string) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('${list} li')].map((item) => item.dataset.text)`);
