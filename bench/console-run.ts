// Watches the console for a long time at a steady rate: does its memory stay flat, and is it smooth? Every ten seconds
// it collects the page's garbage and writes a line of JSON; at the end, the trend.
//
//   node bench/console-run.ts [--minutes 30] [--rate 200] [--bytes 200]
//
// The heap is what is left after a collection, so that a saw-tooth hides nothing. A frame gap is the longest time
// between two frames that the page drew in the interval, which includes what else the machine did.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { CDPSession, Page } from 'playwright-core';
import { loadConsoleAssets } from '../src/console/assets.ts';
import { openAccess } from '../src/http/authorization.ts';
import { createHub, type Hub } from '../src/http/create-hub.ts';
import { theilSen } from '../src/load/statistics/theil-sen.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { findChromium } from '../test/support/require.ts';

const SAMPLE_MS = 10_000;
const TICK_MS = 20;
const TOPICS = 40;
/** Until the list is full there is growth, and there has to be. */
const KEPT_EVENTS = 5000;
const WARM_UP_MS = 60_000;

interface Sample {
  readonly atSeconds: number;
  readonly published: number;
  readonly shown: number;
  readonly heapMiB: number;
  readonly nodes: number;
  readonly listeners: number;
  readonly frames: number;
  readonly longestFrameGapMs: number;
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '200' },
    bytes: { type: 'string', default: '200' },
  },
});
const [minutes, rate, bytes] = [values.minutes, values.rate, values.bytes].map(Number) as [
  number,
  number,
  number,
];
if (!(minutes > 0 && rate > 0 && bytes >= 0))
  throw new RangeError('Expected --minutes, --rate and --bytes above 0');

/** Publishes what is due by the clock, so that the rate is held whatever a tick takes. */
function startPublishing(hub: Hub): { published(): number; stop(): void } {
  const startedAtMs = performance.now();
  const filling = 'x'.repeat(bytes);
  let published = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAtMs) / 1000) * rate);
    const events = Array.from({ length: Math.max(due - published, 0) }, (_, i) => {
      const topic = `run/${(published + i) % TOPICS}`;
      return { topic, data: { topic, time: Date.now(), number: published + i, filling } };
    });
    published += events.length;
    if (events.length > 0) void hub.publish(events);
  }, TICK_MS);
  return { published: () => published, stop: () => clearInterval(timer) };
}

// The page's policy lets nobody add a script to it; what a debugger evaluates is not of the page.
const countFrames = `(() => {
  const frames = (globalThis.frames_ = { count: 0, longestMs: 0, lastMs: performance.now() });
  const onFrame = (nowMs) => {
    frames.count++;
    frames.longestMs = Math.max(frames.longestMs, nowMs - frames.lastMs);
    frames.lastMs = nowMs;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
})()`;
const takeFrames = `(() => {
  const { count, longestMs } = globalThis.frames_;
  Object.assign(globalThis.frames_, { count: 0, longestMs: 0 });
  return { count, longestMs, shown: Number(document.querySelector('#total').textContent.replaceAll(',', '')) };
})()`;

async function takeSample(
  page: Page,
  session: CDPSession,
  atSeconds: number,
  published: number,
): Promise<Sample> {
  const { count, longestMs, shown } = await page.evaluate<{
    count: number;
    longestMs: number;
    shown: number;
  }>(takeFrames);
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  // The pause of the collection above is the tool's own.
  await page.evaluate('globalThis.frames_.lastMs = performance.now()');
  return {
    atSeconds,
    published,
    shown,
    heapMiB: Number((metric('JSHeapUsedSize') / 1024 / 1024).toFixed(3)),
    nodes: metric('Nodes'),
    listeners: metric('JSEventListeners'),
    frames: count,
    longestFrameGapMs: Math.round(longestMs),
  };
}

function trendOf(samples: readonly Sample[]): string {
  const { slope, low, high } = theilSen(
    samples.map(({ atSeconds, heapMiB }) => ({ x: atSeconds / 3600, y: heapMiB })),
  );
  return `${slope.toFixed(3)} MiB an hour, 90 % interval ${low.toFixed(3)} to ${high.toFixed(3)}`;
}

function summaryOf(samples: readonly Sample[]): string {
  const full = samples.filter(
    ({ atSeconds, shown }) => atSeconds * 1000 >= WARM_UP_MS && shown >= KEPT_EVENTS,
  );
  if (full.length < 8) return 'Too short for a trend: let it run for some minutes.';
  const range = (of: (sample: Sample) => number) =>
    `${Math.min(...full.map(of))} to ${Math.max(...full.map(of))}`;
  const gaps = full.map(({ longestFrameGapMs }) => longestFrameGapMs).sort((a, b) => a - b);
  const frames = full.reduce((sum, sample) => sum + sample.frames, 0) / full.length / (SAMPLE_MS / 1000);
  const last = samples.at(-1)!;
  return [
    `events       ${last.published} published, ${last.shown} arrived`,
    `heap         ${range(({ heapMiB }) => heapMiB)} MiB after collection`,
    `heap trend   ${trendOf(full)}`,
    // Ids and numbers get a digit more at 100,000 and at 1,000,000 events, in each of the events that are kept.
    `  later half ${trendOf(full.slice(full.length >> 1))}`,
    `nodes        ${range(({ nodes }) => nodes)}`,
    `listeners    ${range(({ listeners }) => listeners)}`,
    `frames       ${frames.toFixed(1)} a second; longest gap of an interval: median ${gaps[gaps.length >> 1]} ms, worst ${gaps.at(-1)} ms`,
  ].join('\n');
}

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('No Chromium: run scripts/install-test-tools.sh');
const hub = createHub({ authorize: openAccess, assets: loadConsoleAssets() });
const server = hub.front(createServer(hub.handle));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const browser = await launchBrowser(executablePath);
const samples: Sample[] = [];
try {
  const page = await browser.newPage({ viewport: { width: 1360, height: 820 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?topic=run/*`);
  await page.waitForSelector('#connection[data-state="open"]');
  await page.evaluate(countFrames);
  const publishing = startPublishing(hub);
  const startedAtMs = performance.now();
  for (let sample = 1; sample * SAMPLE_MS <= minutes * 60_000; sample++) {
    await delay(startedAtMs + sample * SAMPLE_MS - performance.now());
    const atSeconds = Math.round((performance.now() - startedAtMs) / 1000);
    samples.push(await takeSample(page, session, atSeconds, publishing.published()));
    process.stdout.write(`${JSON.stringify(samples.at(-1))}\n`);
  }
  publishing.stop();
  process.stderr.write(`${summaryOf(samples)}\n`);
} finally {
  await browser.close();
  await hub.close();
  server.close();
}
