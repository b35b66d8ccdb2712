// `holdfast serve`: a hub as a process of its own, until a signal stops it.

import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { HoldfastError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { MAX_TIMER_MS } from '../base/options.ts';
import { loadConsoleAssets } from '../console/assets.ts';
import { startAdminServer } from '../server/admin-server.ts';
import { chooseHubSize, type HubSize, type ProcessCapacity, processCapacity } from '../server/capacity.ts';
import { keepHeapCompact } from '../server/compact-heap.ts';
import type { DrainOrder } from '../server/drain-order.ts';
import { memoryLimit, whatItHolds } from '../server/holding.ts';
import { startHostFeed } from '../server/host-feed.ts';
import { kernelMemoryWarning, readKernelMemory } from '../server/kernel-memory.ts';
import { isLoopback, type ListenAddress, parseListenAddress } from '../server/listen-address.ts';
import { HubMetrics } from '../server/metrics/hub-metrics.ts';
import { startOneProcess } from '../server/shards/one-process.ts';
import type { RunningHub } from '../server/shards/running-hub.ts';
import { onReloadSignal, untilStopSignal } from '../server/signals.ts';
import { addOptions, type RowValues } from './option-rows.ts';
import { createProcessLogger } from './process-logger.ts';
import { openOwnLog, openSharableLog } from './serve-log.ts';
import { serveOptions, serveRules } from './serve-options.ts';
import { welcomeText } from './welcome-text.ts';

type ServeOptions = RowValues<typeof serveOptions>;

const DEMO_INTERVAL_MS = 1000;
const DEFAULT_ADMIN_ADDRESS = '127.0.0.1:9464';

/** All parts of a stop are bounded in time; this is for the case that one of the bounds is broken. */
const STOP_MARGIN_MS = 5000;
/** What Kubernetes needs, mostly, until every node has forgotten a pod. */
const KUBERNETES_DELAY_MS = 5000;

const notes = `
Durations are written as 500ms, 15s, 5m or 1h30m; sizes as 4096B, 64KiB or 8MiB.

Examples:
  holdfast serve
  holdfast serve --demo --log memory --listen 8081
  holdfast serve --log-folder /var/lib/holdfast --max-log-bytes 10GiB --max-log-age 168h
  holdfast serve --cors-origin https://app.example --heartbeat 10s
`;

export function defineServe(program: Command): void {
  addOptions(program.command('serve').description('run a hub'), serveOptions, serveRules)
    .addHelpText('after', notes)
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const { listen, adminListen, demo = false, insecure = false, logLevel } = options;
  keepHeapCompact();
  const address = parseListenAddress(listen);
  if (!insecure) refuseBeyondLoopback(address, 'could publish and subscribe');
  const adminAddress = readAdminAddress(adminListen);
  if (!insecure && adminAddress !== undefined) refuseBeyondLoopback(adminAddress, 'could read its metrics');
  const logger = createProcessLogger(logLevel);
  const capacity = processCapacity();
  const size = chooseHubSize(options, capacity.maxStreams, availableParallelism());
  const order = drainOrder(options);
  // From here on: a signal during a long start is not lost, and does not end it half-way.
  const started = Promise.withResolvers<RunningHub>();
  let running: RunningHub | undefined;
  const stopSignal = untilStopSignal(() => {
    running?.kill();
    killSelf();
  });
  onReloadSignal(logger, async () => (await started.promise).replaceWorkers({ ...order, delayMs: 0 }));
  const hub = await startHub(options, address, size, capacity, logger);
  running = hub;
  started.resolve(hub);
  const startAdmin = async () => {
    if (adminAddress === undefined) return undefined;
    const metrics = new HubMetrics(() => hub.figures());
    const onAdminError = (error: Error) => logger.error({ err: error }, 'The admin listener failed');
    return startAdminServer(adminAddress, metrics, onAdminError).catch((error: unknown) => {
      if (adminListen !== undefined) throw error;
      // Nobody asked for it: a second hub on a machine runs without.
      logger.warn({ err: error }, 'No /metrics; choose an address with --admin-listen');
      return undefined;
    });
  };
  const admin = await startAdmin().catch(async (error: unknown) => {
    await hub.close();
    throw error;
  });
  const feed = demo
    ? startHostFeed({ publish: (events) => hub.publish(events), intervalMs: DEMO_INTERVAL_MS, logger })
    : undefined;
  process.stdout.write(welcomeText(hub.url, { demo, startedAs: process.argv[1] ?? '' }));
  sayWhatRuns(logger, options, hub.url, admin?.url);
  sayWhatItHolds(logger, size, capacity);

  const signal = await stopSignal;
  logger.info({ signal, ...order }, 'Stopping');
  // Does not keep the process alive: it runs only where something else does.
  const limitMs = Math.min(hub.drainLimitMs(order) + STOP_MARGIN_MS, MAX_TIMER_MS);
  setTimeout(killSelf, limitMs).unref();
  feed?.stop();
  await hub.drain(order);
  await admin?.close();
  logger.info({}, 'Stopped');
}

// Not exit(), which waits for threads and for writes under way: one to a disk that hangs, or to a log that nobody reads, may
// be what is stuck.
function killSelf(): void {
  process.kill(process.pid, 'SIGKILL');
}

function drainOrder({
  drainDelayMs,
  drainWindowMs: windowMs,
  drainMaxPerSecond: maxPerSecond,
}: ServeOptions): DrainOrder {
  const autoMs = process.env.KUBERNETES_SERVICE_HOST === undefined ? 0 : KUBERNETES_DELAY_MS;
  return { delayMs: drainDelayMs === 'auto' ? autoMs : drainDelayMs, windowMs, maxPerSecond };
}

/** @throws HoldfastError ERR_LISTEN, ERR_LOG_IN_USE and others: then nothing runs and nothing is held. */
async function startHub(
  options: ServeOptions,
  address: ListenAddress,
  { workers, maxStreams }: HubSize,
  capacity: ProcessCapacity,
  logger: Logger,
): Promise<RunningHub> {
  const { corsOrigins, heartbeatMs, stallTimeoutMs, maxKernelBytes, maxTopics } = options;
  const { maxEventBytes, maxBatchEvents, maxBodyBytes, maxStreamAgeMs, maxOpensPerSecond } = options;
  const ofStreams = {
    heartbeatMs,
    stallTimeoutMs,
    maxKernelBytes,
    maxTopics,
    maxStreamAgeMs,
    maxOpensPerSecond,
  };
  const ofEvents = { maxEventBytes, maxBatchEvents, maxBodyBytes };
  const hub = { corsOrigins, ...ofStreams, ...ofEvents, assets: loadConsoleAssets() };
  const { maxConnections } = capacity;
  if (workers === 1) {
    const { log, bounds } = await openOwnLog(options, logger);
    const plan = { address, hub: { ...hub, ...bounds }, maxStreams, maxConnections };
    return startOneProcess(log, plan, logger);
  }
  const { startManyProcesses } = await import('../server/shards/many-processes.ts');
  const { log, bounds } = await openSharableLog(options, logger);
  const { maxLogEvents: maxEvents, maxLogBytes: maxBytes, maxLogAgeMs: maxAgeMs } = bounds;
  const maxOfOne = Math.min(maxStreams, capacity.maxStreams);
  const plan = {
    address,
    hub,
    maxStreams: maxOfOne,
    maxConnections,
    ring: { maxEvents, maxBytes, maxAgeMs },
  };
  return startManyProcesses(log, { workers, plan, maxStreams, logger });
}

function sayWhatRuns(logger: Logger, options: ServeOptions, url: string, adminUrl: string | undefined): void {
  const { log: engine, logFolder, listen: _, adminListen: __, ...rest } = options;
  const log = engine === 'memory' ? { engine } : { engine, folder: resolve(logFolder) };
  const metricsUrl = adminUrl === undefined ? undefined : `${adminUrl}/metrics`;
  logger.info({ url, metricsUrl, ...rest, log }, 'Listening');
}

/** What the hub can hold, and what keeps it from holding more. */
function sayWhatItHolds(logger: Logger, { workers, maxStreams }: HubSize, capacity: ProcessCapacity): void {
  const kernel = readKernelMemory();
  const held = whatItHolds({ workers, maxStreams, capacity, kernel, memoryBytes: memoryLimit() });
  logger.info(held.values, held.message);
  const warning = kernel && kernelMemoryWarning(kernel, held.streams);
  if (warning !== undefined) logger.warn({ ...kernel }, warning);
}

function readAdminAddress(text = DEFAULT_ADMIN_ADDRESS): ListenAddress | undefined {
  return text === 'off' ? undefined : parseListenAddress(text, '--admin-listen');
}

function refuseBeyondLoopback({ host }: ListenAddress, could: string): void {
  if (isLoopback(host)) return;
  throw new HoldfastError(
    'ERR_NOT_AUTHORISED_BEYOND_LOOPBACK',
    `Without authorisation, whoever reaches ${host} ${could}`,
    'Listen on 127.0.0.1, or accept that with --insecure',
  );
}
