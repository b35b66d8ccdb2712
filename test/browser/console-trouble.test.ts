// What the console says when there is no stream: a refusal, a page instead of one, a login, a full or silent hub, an
// end. EventSource tells none of it.

import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import {
  notice,
  startConsoleHub,
  startStranger,
  state,
  untilTrue,
  visit,
  visitOpen,
} from '../support/console-page.ts';
import { waitFor } from '../support/wait-for.ts';

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

const withHtml =
  (status: number, more: Readonly<Record<string, string>> = {}): Answer =>
  (_req, res) =>
    res.writeHead(status, { 'content-type': 'text/html', ...more }).end('<h1>not a hub</h1>');

/** What answers instead of a hub, the words that have to be there, and whether it is tried again. */
const strangers: readonly [title: string, answer: Answer, words: RegExp, isTriedAgain: boolean][] = [
  ['a web page with 200', withHtml(200), /200 with a web page, not an event stream/, true],
  ['503 from a proxy', withHtml(503), /503 with a web page: .* takes no streams now/, true],
  ['502 from a proxy', withHtml(502), /a proxy answers, and gets no answer from the hub behind it/, true],
  ['401 from a proxy', withHtml(401), /401 .* wants to know who is asking/, false],
  ['404', withHtml(404), /404 .* no hub at this path/, false],
  [
    'a redirect to another site',
    (_req, res) => res.writeHead(302, { location: 'http://localhost:9/login' }).end(),
    /sends the browser to another page/,
    true,
  ],
  [
    'JSON that is no problem',
    (_req, res) => res.writeHead(500, { 'content-type': 'application/json' }).end('{'),
    /500 with application\/json/,
    true,
  ],
];

test('the console without a stream', async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  for (const [title, answer, words, isTriedAgain] of strangers) {
    await t.test(`says what ${title} is`, async (t) => {
      const stranger = await startStranger(t, answer);
      const { page } = await visit(t, browser, stranger.url);
      assert.match(await troubleOf(page), words);
      await page.waitForSelector(state(isTriedAgain ? 'reconnecting' : 'stopped'));
      const next = (await page.textContent('#trouble-next')) ?? '';
      assert.match(
        next,
        isTriedAgain ? /The next attempt is in \d+ s|goes on trying/ : /Nothing is tried by itself/,
      );
      assert.equal(await page.getByRole('alert').count(), 1);
      assert.ok(await page.isHidden('#try-it'));
    });
  }
  await t.test('says in the hub’s words why a pattern is refused, and watches another', (t) =>
    saysWhyRefused(t, browser),
  );
  await t.test('says that a token is missing, and sends the one in the URL', (t) => asksForToken(t, browser));
  await t.test('comes back by itself after 503, with its position', (t) => comesBack(t, browser));
  await t.test('says that nobody answers, and what may be the cause', (t) => saysSlow(t, browser));
  await t.test('says which topic has ended, and stops when all have', (t) => saysEnded(t, browser));
  await t.test('says that the hub is being stopped', (t) => saysDrained(t, browser));
});

async function troubleOf(page: Page): Promise<string> {
  await page.waitForSelector('#trouble:not([hidden])');
  return (await page.textContent('#trouble')) ?? '';
}

async function saysWhyRefused(t: TestContext, browser: Browser): Promise<void> {
  const { url } = await startConsoleHub(t);
  const { page } = await visit(t, browser, `${url}/?topic=no//segment`);
  await page.waitForSelector(state('stopped'));
  assert.match(await troubleOf(page), /no\/\/segment.*400, ERR_BAD_PATTERN/);
  assert.match((await page.textContent(notice('refused'))) ?? '', /no\/\/segment/);
  await page.getByRole('button', { name: 'Remove no//segment' }).click();
  await page.waitForSelector(state('open'));
  assert.ok(await page.isHidden('#trouble'));
}

async function asksForToken(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t, {
    authorize: ({ query }) =>
      query.get('token') === 'secret'
        ? { publish: [], subscribe: ['**'] }
        : { status: 401, detail: 'This hub wants a token.' },
  });
  const { page } = await visit(t, browser, `${url}/?topic=a`);
  await page.waitForSelector(state('stopped'));
  assert.match(await troubleOf(page), /This hub wants a token.*401/);
  await page.goto(`${url}/?topic=a&token=secret`);
  await page.waitForSelector(state('open'));
  assert.equal(hub.stats().streams >= 1, true);
}

async function comesBack(t: TestContext, browser: Browser): Promise<void> {
  const hub = await startConsoleHub(t);
  let isOut = false;
  const stranger = await startStranger(t, (req, res) => {
    if (isOut) withHtml(503, { 'retry-after': '1', connection: 'close' })(req, res);
    else hub.hub.handle(req, res);
  });
  const { page } = await visitOpen(t, browser, `${stranger.url}/?topic=a`);
  const [first] = await hub.hub.publish({ topic: 'a', data: 1 });
  await page.waitForSelector(`#event-rows [data-id="${first}"]`);
  isOut = true;
  stranger.cut();
  assert.match(await troubleOf(page), /503 with a web page/);
  const [missed] = await hub.hub.publish({ topic: 'a', data: 2 });
  isOut = false;
  await page.waitForSelector(state('open'));
  await page.waitForSelector(`#event-rows [data-id="${missed}"]`);
  assert.match((await page.textContent(notice('resumed'))) ?? '', new RegExp(`Resumed after ${first}`));
  assert.equal(await page.locator(notice('gap')).count(), 0);
  await untilTrue(page, `document.querySelector('#shown').textContent === '2 events'`);
}

async function saysSlow(t: TestContext, browser: Browser): Promise<void> {
  const stranger = await startStranger(t, () => {});
  const { page } = await visit(t, browser, stranger.url);
  assert.match(await troubleOf(page), /Still connecting\.\s+No answer for 5 s.*six streams/s);
  await page.waitForSelector(state('connecting'));
  stranger.answer = (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 1000\n\n');
  };
  await page.click('#try-now');
  await page.waitForSelector(state('open'));
  assert.ok(await page.isHidden('#trouble'));
}

async function saysEnded(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const { page } = await visitOpen(t, browser, `${url}/?topic=job/1`);
  await hub.publish({ topic: 'job/1', data: 'last words' });
  await hub.end('job/1');
  await page.waitForSelector(notice('end'));
  await waitFor('the name of the topic', async () =>
    (await page.locator(notice('end')).allTextContents()).some((text) =>
      text.includes('The topic job/1 has ended'),
    ),
  );
  await page.waitForSelector(state('stopped'));
  assert.match(await troubleOf(page), /All these topics have ended/);
}

async function saysDrained(t: TestContext, browser: Browser): Promise<void> {
  const { hub, url } = await startConsoleHub(t);
  const { page } = await visitOpen(t, browser, `${url}/?topic=a`);
  await hub.close();
  const end = await page.waitForSelector(`${notice('end')}[data-reason="drain"]`);
  assert.match((await end.textContent()) ?? '', /being stopped or replaced/);
}
