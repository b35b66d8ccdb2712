// A hub in several processes. This one, the primary, has the log and gives the order of the hub; workers have the streams.
//
//   clients --connections--> primary --round robin--> workers: front door, streams
//   worker --append--> primary: log --announce--> all workers          workers read history from the log's files

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { HoldfastError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { steadyNowMs } from '../../base/steady-clock.ts';
import { hubOptions } from '../../http/hub-options.ts';
import { checkEvent } from '../../hub/draft.ts';
import { LogHost, type SharableLog } from '../../log/shared/log-host.ts';
import { CLOSE_NOW } from '../drain-order.ts';
import { type ListenAddress, urlOf } from '../listen-address.ts';
import { LogMeter } from '../metrics/log-meter.ts';
import { ProcessMeter } from '../metrics/process-meter.ts';
import { TcpWatch } from '../tcp-watch.ts';
import type { RunningHub } from './running-hub.ts';
import { Supervisor } from './supervisor.ts';
import type { WorkerPlan } from './worker-plan.ts';

const TRIM_INTERVAL_MS = 1000;
// What was killed while it read may hold on to pages of the log; each death is looked at, and this finds the rest.
const READER_CHECK_MS = 60_000;
const FIGURES_TIMEOUT_MS = 1000;
/** A port that was free a moment ago may be taken by now. */
const PORT_ATTEMPTS = 5;

export interface ManyProcessesOptions {
  readonly workers: number;
  readonly plan: WorkerPlan;
  /** The most streams of the whole hub. */
  readonly maxStreams: number;
  readonly logger: Logger;
}

/** @throws HoldfastError ERR_LISTEN, ERR_WORKER_LOST; the log is closed then. */
export async function startManyProcesses(
  log: SharableLog,
  { workers, plan, maxStreams, logger }: ManyProcessesOptions,
): Promise<RunningHub> {
  const host = new LogHost(log, logger);
  const logMeter = new LogMeter(log);
  const processMeter = new ProcessMeter();
  let port: number | undefined;
  const watch = new TcpWatch(plan.hub.maxKernelBytes ?? hubOptions.maxKernelBytes.default, () => port);
  const timers = [
    setInterval(() => {
      log.trim(steadyNowMs());
      host.tellState();
    }, TRIM_INTERVAL_MS),
    setInterval(() => log.forgetDeadReaders(), READER_CHECK_MS),
  ];
  const closeLog = async () => {
    for (const timer of timers) clearInterval(timer);
    host.close();
    await log.close();
  };
  const start = (address: ListenAddress) =>
    Supervisor.start({
      workers,
      plan: { ...plan, address },
      maxStreams,
      canaryTimeoutMs: plan.hub.canaryTimeoutMs ?? hubOptions.canaryTimeoutMs.default,
      logger,
      serveLog: (channel) => host.serve(channel),
      lookAtTcp: () => watch.look(),
      onWorkerEnded: () => log.forgetDeadReaders(),
    });
  try {
    const { supervisor, address } = await startOnPort(plan.address, start);
    port = address.port;
    // Whatever ends this process: workers end by themselves when it is gone, and at once where it has a say.
    process.on('exit', () => supervisor.killAll());
    return {
      url: urlOf(address),
      publish: (events) => log.append(events.map((event) => checkEvent(event, 'The event', EVENT_LIMITS))),
      async figures() {
        const [ofWorkers, kernelSendBytes] = await Promise.all([
          supervisor.figures(FIGURES_TIMEOUT_MS),
          watch.queuedBytes(),
        ]);
        return {
          ...ofWorkers,
          processes: [['primary', processMeter.figures()], ...ofWorkers.processes],
          log: logMeter.figures(),
          kernelSendBytes,
          unacknowledgedBytes: host.unacknowledgedBytes,
        };
      },
      async drain(order) {
        await supervisor.drain(order);
        await closeLog();
      },
      drainLimitMs: (order) => supervisor.drainLimitMs(order),
      replaceWorkers: (order) => supervisor.replaceAll(order),
      async close() {
        await supervisor.drain(CLOSE_NOW);
        await closeLog();
      },
      kill: () => supervisor.killAll(),
    };
  } catch (error) {
    await closeLog();
    throw error;
  }
}

const EVENT_LIMITS = { maxEventBytes: hubOptions.maxEventBytes.default };

/** Every worker, also one that comes later, has to be told the same port, so port 0 is made one first. */
async function startOnPort(wanted: ListenAddress, start: (address: ListenAddress) => Promise<Supervisor>) {
  for (let attempt = 1; ; attempt++) {
    const address = wanted.port === 0 ? await freePort(wanted) : wanted;
    try {
      return { supervisor: await start(address), address };
    } catch (error) {
      const isTaken = error instanceof HoldfastError && error.code === 'ERR_LISTEN';
      if (wanted.port !== 0 || !isTaken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function freePort({ host }: ListenAddress): Promise<ListenAddress> {
  const server = createServer().listen(0, host);
  try {
    await once(server, 'listening');
    return { host, port: (server.address() as AddressInfo).port };
  } catch {
    // An address that cannot be listened on is told by the worker, in full.
    return { host, port: 0 };
  } finally {
    server.close();
  }
}
