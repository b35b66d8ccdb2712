// A headless Chromium for one test, with a profile of its own, closed however the test ends.

import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium as launcher, type Page } from 'playwright-core';
import { chromium } from './require.ts';

const LAUNCH_TIMEOUT_MS = 30_000;
/** For everything that a test waits for on a page. */
const WAIT_TIMEOUT_MS = 20_000;

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Undefined when there is no Chromium here; the test has then been marked as skipped. */
export async function openBrowser(t: TestContext): Promise<Browser | undefined> {
  const executablePath = chromium(t);
  if (executablePath === undefined) return undefined;
  const browser = await launchBrowser(executablePath);
  t.after(() => browser.close());
  return browser;
}

/** launch() makes a profile in a fresh temporary folder, and close() removes it. */
export const launchBrowser = (executablePath: string): Promise<Browser> =>
  launcher.launch({ executablePath, args, headless: true, timeout: LAUNCH_TIMEOUT_MS });

export interface WatchedPage {
  readonly page: Page;
  /** What the page has complained of: exceptions, console errors and warnings, policy violations. */
  readonly complaints: string[];
}

/** A page that keeps what it complains of. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(WAIT_TIMEOUT_MS);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return { page, complaints };
}
