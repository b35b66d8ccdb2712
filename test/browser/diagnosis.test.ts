// The page of a diagnosis in a real browser: it draws, it fits, it complains of nothing, it asks the network for nothing.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { diagnose } from '../../src/diagnose/index.ts';
import { diagnosisHtml } from '../../src/report/diagnosis/diagnosis-html.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { evidenceOf, FlowScript } from '../support/flow-script.ts';

const flows = [3, 9, 21].map((count, i) =>
  new FlowScript({ atMs: i * 7000 })
    .connect()
    .request('/<b>evil</b>')
    .respond()
    .events(count, 900)
    .wait(60_000)
    .fin('server'),
);

test('the page of a diagnosis in Chromium', async (t) => {
  const browser = await openBrowser(t);
  if (browser === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-diagnosis-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'diagnosis.html');
  writeFileSync(file, diagnosisHtml(diagnose(evidenceOf(flows)), '0.1.0'));

  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 360],
  ] as const) {
    await t.test(`${colorScheme}, ${width} px wide`, async () => {
      const { page, complaints } = await openPage(browser, { colorScheme, viewport: { width, height: 800 } });
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      assert.equal(await page.locator('.ladder svg').count(), 3);
      assert.equal(await page.locator('.timeline g.bad').count(), 3);
      assert.equal(await page.locator('svg b').count(), 0);
      // The policy lets the page's own style in, or nothing has a colour.
      assert.notEqual(
        await page.evaluate("getComputedStyle(document.querySelector('.ladder .end line')).stroke"),
        'none',
      );
      assert.deepEqual(complaints, []);
      assert.equal(requests.length, 1);
      await page.close();
    });
  }
});
