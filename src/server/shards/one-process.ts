// A hub in one process: the shard has the log itself.

import type { Logger } from '../../base/logger.ts';
import { hubOptions } from '../../http/hub-options.ts';
import type { EventLog } from '../../log/event-log.ts';
import { drainLimitMs } from '../drain-order.ts';
import { LogMeter } from '../metrics/log-meter.ts';
import { ProcessMeter } from '../metrics/process-meter.ts';
import { TcpWatch } from '../tcp-watch.ts';
import type { RunningHub } from './running-hub.ts';
import { type ShardPlan, ShardServer } from './shard-server.ts';

/** @throws HoldfastError ERR_LISTEN; the log is closed then. */
export async function startOneProcess(log: EventLog, plan: ShardPlan, logger: Logger): Promise<RunningHub> {
  let port: number | undefined;
  const watch = new TcpWatch(plan.hub.maxKernelBytes ?? hubOptions.maxKernelBytes.default, () => port);
  const logMeter = new LogMeter(log);
  const processMeter = new ProcessMeter();
  const server = await ShardServer.start(log, plan, logger, () => watch.look());
  port = server.port;
  return {
    url: server.url,
    publish: (events) => server.core.publish(events),
    figures: async () => ({
      processes: [['primary', processMeter.figures()]],
      shards: [server.figures()],
      past: undefined,
      log: logMeter.figures(),
      workers: [{ worker: 1, isUp: true, restarts: 0 }],
      kernelSendBytes: await watch.queuedBytes(),
      unacknowledgedBytes: undefined,
    }),
    drain: (order) => server.drain(order),
    drainLimitMs: (order) => drainLimitMs(order, plan.maxStreams),
    async replaceWorkers() {
      logger.warn({}, 'One process cannot be replaced while it serves: run the hub with --workers 2 or more');
      return { replaced: 0, workers: 1 };
    },
    close: () => server.close(),
    kill() {},
  };
}
