// Takes the pictures of the console for the README, light and dark: a hub with the demo's feed and a small shop on it,
// watched for a minute, cut once so that it resumes, with one event chosen.
//
//   npm run docs:screenshots

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { silentLogger } from '../src/base/logger.ts';
import { loadConsoleAssets } from '../src/console/assets.ts';
import { openAccess } from '../src/http/authorization.ts';
import { createHub, type Hub } from '../src/http/create-hub.ts';
import { startHostFeed } from '../src/server/host-feed.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { findChromium } from '../test/support/require.ts';

const WATCHED_MS = 62_000;
const CUT_AT_MS = 25_000;
const PUBLISH_INTERVAL_MS = 180;
const viewport = { width: 1320, height: 820 };
const schemes = ['light', 'dark'] as const;
const customers = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Radia'];
const states = ['created', 'paid', 'packed', 'shipped'];

let published = 0;

/** A few events of a shop, more at some times than at others. */
async function publishOrders(hub: Hub): Promise<void> {
  const count = 1 + Math.round(1.5 + 1.5 * Math.sin(published / 40));
  await hub.publish(
    Array.from({ length: count }, () => {
      const order = 4200 + ((published * 7) % 60);
      const topic = `orders/${order}`;
      const customer = { name: customers[published % customers.length], country: 'IT' };
      const lines = [{ sku: `A-${published % 9}`, count: 1 + (published % 3) }];
      const total = Math.round(1990 + ((published * 137) % 8000)) / 100;
      return {
        topic,
        type: states[published++ % states.length]!,
        data: { topic, order, total, customer, lines, time: Date.now() },
      };
    }),
  );
}

async function openConsole(browser: Browser, url: string, colorScheme: 'light' | 'dark'): Promise<Page> {
  const page = await browser.newPage({ viewport, colorScheme, deviceScaleFactor: 1.5 });
  await page.goto(`${url}/?topic=orders/*&topic=host/**`);
  await page.waitForSelector('#connection[data-state="open"]');
  return page;
}

async function takePicture(page: Page, file: URL): Promise<void> {
  await page.click('#pause');
  await page.locator('#event-rows [data-type="paid"]').first().click();
  await page.waitForSelector('#event-data .json');
  await page.mouse.move(0, 0);
  // Half as large as the same picture as PNG, and sharp.
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  writeFileSync(file, data, 'base64');
}

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('No Chromium: run scripts/install-test-tools.sh');
const hub = createHub({ authorize: openAccess, assets: loadConsoleAssets() });
const server = createServer(hub.handle).listen(0, '127.0.0.1');
await once(server, 'listening');
const feed = startHostFeed({
  publish: (events) => hub.publish(events),
  intervalMs: 1000,
  logger: silentLogger,
});
const shop = setInterval(() => void publishOrders(hub), PUBLISH_INTERVAL_MS);
const browser = await launchBrowser(executablePath);
try {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pages = await Promise.all(schemes.map((scheme) => openConsole(browser, url, scheme)));
  await delay(CUT_AT_MS);
  server.closeAllConnections();
  await delay(WATCHED_MS - CUT_AT_MS);
  for (const [i, page] of pages.entries()) {
    await takePicture(page, new URL(`../docs/images/console-${schemes[i]}.webp`, import.meta.url));
  }
} finally {
  await browser.close();
  clearInterval(shop);
  feed.stop();
  await hub.close();
  server.close();
}
