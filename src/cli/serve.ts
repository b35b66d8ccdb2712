// `holdfast serve`: a hub as a process of its own, until a signal stops it.

import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { HoldfastError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { loadConsoleAssets } from '../console/assets.ts';
import { openAccess } from '../http/authorization.ts';
import { createHub } from '../http/create-hub.ts';
import { hubOptions } from '../http/hub-options.ts';
import { startAdminServer } from '../server/admin-server.ts';
import { streamCapacity } from '../server/capacity.ts';
import { keepHeapCompact } from '../server/compact-heap.ts';
import { startHostFeed } from '../server/host-feed.ts';
import { HubMetrics } from '../server/hub-metrics.ts';
import { kernelMemoryWarning, readKernelMemory } from '../server/kernel-memory.ts';
import { isLoopback, type ListenAddress, parseListenAddress } from '../server/listen-address.ts';
import { startServer } from '../server/server.ts';
import { untilStopSignal } from '../server/signals.ts';
import { addOptions, type RowValues } from './option-rows.ts';
import { createProcessLogger } from './process-logger.ts';
import { openServeLog } from './serve-log.ts';
import { serveOptions } from './serve-options.ts';
import { welcomeText } from './welcome-text.ts';

const DEMO_INTERVAL_MS = 1000;
const DEFAULT_ADMIN_ADDRESS = '127.0.0.1:9464';

/** Both parts of a stop are bounded in time; this is for the case that one of the bounds is broken. */
const STOP_TIMEOUT_MS = hubOptions.closeTimeoutMs.default + 10_000;

const notes = `
Durations are written as 500ms, 15s, 5m or 1h30m; sizes as 4096B, 64KiB or 8MiB.

Examples:
  holdfast serve
  holdfast serve --demo --log memory --listen 8081
  holdfast serve --log-folder /var/lib/holdfast --max-log-bytes 10GiB --max-log-age 168h
  holdfast serve --cors-origin https://app.example --heartbeat 10s
`;

export function defineServe(program: Command): void {
  addOptions(program.command('serve').description('run a hub'), serveOptions, hubOptions)
    .addHelpText('after', notes)
    .action(serve);
}

async function serve(options: RowValues<typeof serveOptions>): Promise<void> {
  const { listen, adminListen, demo = false, insecure = false, logLevel, ...given } = options;
  const { log: engine, logFolder, maxLogEvents, maxLogBytes, maxLogAgeMs, ...ofHub } = given;
  const { maxStreams } = options;
  const limits = { ...ofHub, maxStreams: maxStreams === 'auto' ? streamCapacity() : maxStreams };
  keepHeapCompact();
  const address = parseListenAddress(listen);
  if (!insecure) refuseBeyondLoopback(address, 'could publish and subscribe');
  const adminAddress = readAdminAddress(adminListen);
  if (!insecure && adminAddress !== undefined) refuseBeyondLoopback(adminAddress, 'could read its metrics');
  const logger = createProcessLogger(logLevel);
  const hub = createHub({
    ...limits,
    ...(await openServeLog(options, logger)),
    authorize: openAccess,
    assets: loadConsoleAssets(),
    logger,
  });
  const onListenerError = (error: Error) =>
    logger.error({ err: error }, 'A connection could not be accepted');
  const startAdmin = async () => {
    if (adminAddress === undefined) return undefined;
    const metrics = new HubMetrics(() => hub.stats());
    const onAdminError = (error: Error) => logger.error({ err: error }, 'The admin listener failed');
    return startAdminServer(adminAddress, metrics, onAdminError).catch((error: unknown) => {
      if (adminListen !== undefined) throw error;
      // Nobody asked for it: a second hub on a machine runs without.
      logger.warn({ err: error }, 'No /metrics; choose an address with --admin-listen');
      return undefined;
    });
  };
  const stopHub = async (error: unknown) => {
    await hub.close();
    throw error;
  };
  const server = await startServer(address, hub, onListenerError).catch(stopHub);
  const admin = await startAdmin().catch(async (error: unknown) => {
    await server.close();
    return stopHub(error);
  });
  const stopSignal = untilStopSignal();
  const feed = demo
    ? startHostFeed({ publish: (events) => hub.publish(events), intervalMs: DEMO_INTERVAL_MS, logger })
    : undefined;
  process.stdout.write(welcomeText(server.url, { demo, startedAs: process.argv[1] ?? '' }));
  const metricsUrl = admin === undefined ? undefined : `${admin.url}/metrics`;
  const log = engine === 'memory' ? { engine } : { engine, folder: resolve(logFolder) };
  const bounds = { maxLogEvents, maxLogBytes, maxLogAgeMs };
  logger.info({ url: server.url, metricsUrl, log, ...bounds, ...limits }, 'Listening');
  warnOfKernelMemory(logger, limits.maxStreams);

  const signal = await stopSignal;
  logger.info({ signal }, 'Stopping');
  // Does not keep the process alive: it runs only where something else does. By a signal, since exit() waits for
  // writes under way, and one to a log that nobody reads may be what is stuck.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), STOP_TIMEOUT_MS).unref();
  server.stopListening();
  feed?.stop();
  await hub.close();
  await server.close();
  await admin?.close();
  logger.info({}, 'Stopped');
}

function warnOfKernelMemory(logger: Logger, maxStreams: number): void {
  const memory = readKernelMemory();
  const warning = memory && kernelMemoryWarning(memory, maxStreams);
  if (warning !== undefined) logger.warn({ ...memory }, warning);
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
