// The HTML report in a real browser: it draws, it complains of nothing, and it asks the network for nothing.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { htmlReport } from '../../src/report/html-report.ts';
import { reportDocument } from '../../src/report/report-document.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { calmRun, sampleRecords } from '../support/sample-result.ts';
import { readLines } from '../support/small-result.ts';
import { waitFor } from '../support/wait-for.ts';

const shape = { ...calmRun, seconds: 60, drawn: 300, resetAt: 30, limited: [40, 45] as const };
const evil = '</script><script>document.title="evil"</script><img src="http://127.0.0.1:9/x">';

const single = () => htmlReport(reportDocument([readLines(sampleRecords(shape))], '0.1.0'));

function comparison(): string {
  const runs = [1, 2, 3, 4].map((seed) =>
    sampleRecords({ ...shape, seed, medianMs: seed % 2 === 0 ? 30 : 10 }),
  );
  return htmlReport(
    reportDocument(
      runs.map((run, i) => readLines(run, i % 2 === 0 ? 'ours' : evil)),
      '0.1.0',
    ),
  );
}

test('the HTML report in Chromium', async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;

  for (const [name, html, plots] of [
    ['a run', single(), 13],
    ['a comparison', comparison(), 12],
  ] as const) {
    await t.test(`${name} draws its plots, without a complaint and without the network`, async (t) => {
      const { page, complaints, requests } = await visit(t, browser, html);
      assert.equal(await page.getAttribute('html', 'data-plots'), String(plots));
      assert.equal(await page.locator('.uplot canvas').count(), plots);
      assert.deepEqual(await page.evaluate(emptyCanvases), []);
      assert.match(await page.title(), /^holdfast load|^ours vs/);
      assert.equal(await page.locator('img').count(), 0);
      await page.hover('[data-plot="percentiles"] .u-over');
      assert.deepEqual(complaints, []);
      assert.deepEqual(requests, []);
    });

    await t.test(`${name} fits a screen of 360 px, also dark and after it was turned`, async (t) => {
      const options = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;
      const { page, complaints } = await visit(t, browser, html, options);
      const width = () => page.evaluate<number>('document.documentElement.scrollWidth');
      assert.equal(await width(), 360);
      const before = await canvasWidth(page);
      await page.setViewportSize({ width: 740, height: 360 });
      await waitFor('wider plots', async () => (await canvasWidth(page)) > before);
      assert.equal(await width(), 740);
      assert.deepEqual(complaints, []);
    });
  }

  await t.test('is drawn in light colours on paper', async (t) => {
    const { page } = await visit(t, browser, single(), { colorScheme: 'dark' });
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    assert.equal(await ground(), 'rgb(18, 23, 22)');
    await page.emulateMedia({ media: 'print' });
    await waitFor('plots as wide as paper', async () => (await canvasWidth(page)) === 680);
    assert.equal(await ground(), 'rgb(255, 255, 255)');
  });

  await t.test('the policy stops a script and a request that are put into the page', async (t) => {
    let connections = 0;
    const server = createServer(() => connections++).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const planted = `<script>document.title = 'evil'</script><img src="http://127.0.0.1:${port}/x">`;
    const { page, complaints } = await visit(t, browser, single().replace('</body>', `${planted}</body>`));
    assert.match(await page.title(), /^holdfast load/);
    await waitFor('two complaints', () => complaints.length >= 2);
    assert.ok(
      complaints.every((text) => text.includes('Content Security Policy')),
      complaints.join('\n'),
    );
    assert.equal(connections, 0);
  });
});

// Runs in the page: plots whose canvas has no pixel.
const emptyCanvases = `[...document.querySelectorAll('.uplot canvas')].flatMap((canvas, i) =>
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte !== 0) ? [] : [i])`;

const canvasWidth = (page: { evaluate<T>(script: string): Promise<T> }) =>
  page.evaluate<number>(`document.querySelector('.uplot').clientWidth`);

async function visit(t: TestContext, browser: Browser, html: string, options: BrowserContextOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-report-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'report.html');
  writeFileSync(file, html);
  const watched = await openPage(browser, options);
  t.after(() => watched.page.context().close());
  const requests: string[] = [];
  watched.page.on('request', (request) => {
    if (!request.url().startsWith('file:')) requests.push(request.url());
  });
  await watched.page.goto(pathToFileURL(file).href);
  await watched.page.waitForSelector('html[data-plots]');
  return { ...watched, requests };
}
