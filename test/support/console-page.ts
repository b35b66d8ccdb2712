// The console in a browser: hubs that serve it, pages that watch it, and what to look for on them.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { loadConsoleAssets } from '../../src/console/assets.ts';
import type { HubOptions } from '../../src/http/hub-options.ts';
import { openPage, type WatchedPage } from './browser.ts';
import { type HubServer, startHub } from './hub-server.ts';
import { waitFor } from './wait-for.ts';

/** A hub of this process that serves the console. */
export const startConsoleHub = (t: TestContext, options: HubOptions = {}): Promise<HubServer> =>
  startHub(t, { assets: loadConsoleAssets(), ...options });

/**
 * A server that serves the console, and answers everything else as a test wants: what stands at the address of a hub
 * and is none. The answer may be changed by the test while the server runs.
 */
export async function startStranger(
  t: TestContext,
  answer: (req: IncomingMessage, res: ServerResponse) => void,
) {
  const assets = new Map(loadConsoleAssets().map((asset) => [asset.path, asset]));
  const stranger = { answer, url: '', cut: () => server.closeAllConnections() };
  const server = createServer((req, res) => {
    const asset = assets.get(req.url!.split('?', 1)[0]!);
    if (asset === undefined) stranger.answer(req, res);
    else res.setHeader('content-type', asset.contentType).end(asset.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close().closeAllConnections());
  stranger.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return stranger;
}

/** A page of its own, closed with the test: an open stream would count against the next one. */
export async function visit(
  t: TestContext,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const watched = await openPage(browser, options);
  t.after(() => watched.page.context().close());
  await watched.page.goto(url);
  return watched;
}

/** The same, once its stream is open. */
export async function visitOpen(
  t: TestContext,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const watched = await visit(t, browser, url, options);
  await watched.page.waitForSelector(state('open'));
  return watched;
}

/** Waits from outside until an expression is true on the page, whose policy lets nothing within it take texts for code. */
export const untilTrue = (page: Page, expression: string): Promise<true> =>
  waitFor(`${expression} on the page`, async () => (await page.evaluate<boolean>(expression)) === true);

export const state = (name: string) => `#connection[data-state="${name}"]`;
export const notice = (kind: string) => `#notices li[data-kind="${kind}"]`;
/** The row of an event in the list. */
export const eventRow = (id: string) => `#event-rows [data-id="${id}"]`;
/** The row of a topic among the newest values. */
export const topicRow = (topic: string) => `#values tr[data-topic="${topic}"]`;

/** What a browser itself says of each connection that fails; the page has nothing to add. */
export const isOfNetwork = (complaint: string) => complaint.startsWith('Failed to load resource: ');
