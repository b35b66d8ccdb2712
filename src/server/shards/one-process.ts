// A hub in one process: the shard has the log itself.

import type { Logger } from '../../base/logger.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { RunningHub } from './running-hub.ts';
import { type ShardPlan, ShardServer } from './shard-server.ts';

/** @throws HoldfastError ERR_LISTEN; the log is closed then. */
export async function startOneProcess(log: EventLog, plan: ShardPlan, logger: Logger): Promise<RunningHub> {
  const server = await ShardServer.start(log, plan, logger);
  return {
    url: server.url,
    publish: (events) => server.core.publish(events),
    figures: async () => ({ workers: [{ worker: 1, figures: server.figures(), restarts: 0 }] }),
    drain: (order) => server.drain(order),
    async replaceWorkers() {
      logger.warn({}, 'One process cannot be replaced while it serves: run the hub with --workers 2 or more');
    },
    close: () => server.close(),
  };
}
