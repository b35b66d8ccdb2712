// A log on disk, shared over a channel within one process.

import { after } from 'node:test';
import { silentLogger } from '../../src/base/logger.ts';
import type { LmdbLog } from '../../src/log/lmdb/lmdb-log.ts';
import { openLmdbLog } from '../../src/log/lmdb/open-log.ts';
import { LogHost } from '../../src/log/shared/log-host.ts';
import { openSharedLog, type SharedLog } from '../../src/log/shared/shared-log.ts';
import { type ChannelEnd, channelPair } from './channel-pair.ts';
import { ROOMY } from './event-log-contract/fixture.ts';
import type { EventLogLimits } from './event-log-contract.ts';
import { logFolder } from './log-folder.ts';

export interface SharedLogRig {
  readonly host: LogHost;
  /** The log itself. */
  readonly own: LmdbLog;
  /** As a worker has it. */
  readonly shared: SharedLog;
  readonly hostEnd: ChannelEnd;
  readonly workerEnd: ChannelEnd;
  /** One more worker. */
  join(): Promise<{ shared: SharedLog; hostEnd: ChannelEnd; workerEnd: ChannelEnd }>;
  close(): Promise<void>;
}

export async function shareLog(
  limits: Partial<EventLogLimits> = {},
  now?: () => number,
  answerTimeoutMs = 5000,
  maxUnacknowledgedBytes?: number,
): Promise<SharedLogRig> {
  const all = { ...ROOMY, ...limits };
  const own = await openLmdbLog(await logFolder({ after }), all, now);
  const host = new LogHost(own, silentLogger, maxUnacknowledgedBytes);
  const opened: SharedLog[] = [];
  const join = async () => {
    const [hostEnd, workerEnd] = channelPair();
    host.serve(hostEnd);
    const shared = await openSharedLog(workerEnd, { ring: all, answerTimeoutMs, logger: silentLogger });
    opened.push(shared);
    return { shared, hostEnd, workerEnd };
  };
  const first = await join();
  return {
    host,
    own,
    ...first,
    join,
    async close() {
      for (const shared of opened) await shared.close();
      host.close();
      await own.close();
    },
  };
}
