// The console's form: what is published, what it says of the result, and what it says when there is none.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { eventRow, startConsoleHub, startStranger, visit, visitOpen } from '../support/console-page.ts';

test('the form of the console', async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  await t.test('publishes, and says when it was stored and when it came back', (t) => publishes(t, browser));
  await t.test('says that an event is not of this stream', (t) => saysElsewhere(t, browser));
  await t.test('says in the hub’s words why an event is refused', (t) => saysRefused(t, browser));
  await t.test('says that what answers is no hub, and what is not certain', (t) => saysNoHub(t, browser));
  await t.test('opens, closes and sends by the keyboard', (t) => usesKeyboard(t, browser));
});

async function publishes(t: TestContext, browser: Browser): Promise<void> {
  const { url } = await startConsoleHub(t);
  const { page } = await visitOpen(t, browser, `${url}/?topic=orders/1`);
  await page.click('#open-publish');
  assert.equal(await page.inputValue('#publish-topic'), 'orders/1');
  await page.fill('#publish-type', 'paid');
  await page.fill('#publish-data', '{"total": 41.5}');
  assert.equal(await page.textContent('#publish-kind'), 'valid JSON');
  await page.click('#send');
  const result = await page.waitForSelector('#publish-result[data-state="arrived"]');
  const [, id] = /^Stored as (\S+) after .* m?s; here over the stream after .* m?s\.$/.exec(
    (await result.textContent())!,
  )!;
  await page.waitForSelector(`${eventRow(id!)}[data-type="paid"]`);
  // What was written, to the character.
  assert.equal(await page.textContent(`${eventRow(id!)} .data`), '{"total": 41.5}');
}

async function saysElsewhere(t: TestContext, browser: Browser): Promise<void> {
  const { url } = await startConsoleHub(t);
  const { page } = await visitOpen(t, browser, `${url}/?topic=a`);
  assert.match(await publish(page, 'another', 'text', 'stored'), /It has not come over this stream/);
}

async function saysRefused(t: TestContext, browser: Browser): Promise<void> {
  const { url } = await startConsoleHub(t, { maxEventBytes: 100 });
  const { page } = await visitOpen(t, browser, `${url}/?topic=a`);
  assert.match(
    await publish(page, 'no//segment', '', 'refused'),
    /Not published\..*no\/\/segment.*ERR_BAD_TOPIC/,
  );
  assert.match(await publish(page, 'a', 'x'.repeat(200), 'refused'), /413, ERR_EVENT_TOO_LARGE/);
  const forbidding = await startConsoleHub(t, { authorize: () => ({ publish: [], subscribe: ['**'] }) });
  await page.goto(`${forbidding.url}/?topic=a`);
  await page.click('#open-publish');
  assert.match(await publish(page, 'a', 'x', 'refused'), /403, ERR_FORBIDDEN/);
}

async function saysNoHub(t: TestContext, browser: Browser): Promise<void> {
  const stranger = await startStranger(t, (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>log in</h1>');
  });
  const { page } = await visit(t, browser, stranger.url);
  assert.match(await publish(page, 'a', 'x', 'refused'), /Not published\. The answer is 200 with a web page/);
  stranger.answer = (req) => req.socket.destroy();
  assert.match(
    await publish(page, 'a', 'y', 'refused'),
    /or its answer was lost: 127\.0\.0\.1:\d+ gives no answer/,
  );
}

async function usesKeyboard(t: TestContext, browser: Browser): Promise<void> {
  const { url } = await startConsoleHub(t);
  const { page } = await visitOpen(t, browser, `${url}/?topic=**`);
  await page.focus('#open-publish');
  await page.keyboard.press('Enter');
  await page.keyboard.type('typed/topic');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('two');
  await page.keyboard.press('Enter');
  await page.keyboard.type('lines');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('#publish-result[data-state="arrived"]');
  assert.equal(await page.textContent('#event-rows .data'), 'two lines');
  await page.keyboard.press('Escape');
  assert.ok(await page.isHidden('#publish-panel'));
  assert.equal(await page.evaluate('document.activeElement.id'), 'open-publish');
}

/** Fills the form in, and answers with what it says in the end. */
async function publish(page: Page, topic: string, data: string, end: string): Promise<string> {
  if (await page.isHidden('#publish-panel')) await page.click('#open-publish');
  await page.fill('#publish-topic', topic);
  await page.fill('#publish-data', data);
  await page.evaluate(`document.querySelector('#publish-result').dataset.state = ''`);
  await page.click('#send');
  const result = await page.waitForSelector(`#publish-result[data-state="${end}"]`);
  return (await result.textContent()) ?? '';
}
