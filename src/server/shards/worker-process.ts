// A worker: a process with streams of its own, which shares the log of the primary. It imports no more than that takes.
// It lives as long as the primary does: when that one is gone, it ends its streams and exits.

import cluster from 'node:cluster';
import { failureOf, Peer } from '../../base/peer.ts';
import { openSharedLog } from '../../log/shared/shared-log.ts';
import { keepHeapCompact } from '../compact-heap.ts';
import { ProcessMeter } from '../metrics/process-meter.ts';
import { PEER_NAME, type PrimaryCalls, type WorkerCalls } from './calls.ts';
import { primaryFailure } from './failures.ts';
import { channelToPrimary } from './process-channel.ts';
import { ShardServer } from './shard-server.ts';
import { workerLogger } from './worker-logger.ts';

/** How long the primary may take for an answer: longer than it gives a disk. */
const ANSWER_TIMEOUT_MS = 10_000;
/** The primary flies a canary through every worker, and waits for the slowest. */
const READY_TIMEOUT_MS = 10_000;
/** A late look finds as much as one in time, and a machine that is busy has other cares. */
const LOOK_TIMEOUT_MS = 60_000;
/** When the primary is gone, each step of the end is bounded; this is for the case that one is not. */
const EXIT_TIMEOUT_MS = 15_000;

keepHeapCompact();
// The terminal and service managers signal all processes; what to do about it is decided by the primary.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// [node] Without it, a worker whose primary is gone exits at once, and cuts its streams.
cluster.worker!.exitedAfterDisconnect = true;

const channel = channelToPrimary();
const primary = new Peer<PrimaryCalls, WorkerCalls>(channel, {
  name: PEER_NAME,
  unanswered: primaryFailure,
  onBug: (error) => logger.error({ err: error }, 'A worker could not do what it was told'),
});
const logger = workerLogger((line) => primary.tell('logLine', line));
const meter = new ProcessMeter();
let server: ShardServer | undefined;

// [node] A connection that is handed over while the pipe closes cannot be acknowledged, and cluster emits that here; unheard,
// it would end the process and cut every stream. The end of the pipe follows.
cluster.worker!.on('error', () => {});
channel.onClose(() => {
  setTimeout(() => process.exit(1), EXIT_TIMEOUT_MS).unref();
  void (server?.close() ?? Promise.resolve()).finally(() => process.exit(0));
});

primary.on('report', () => ({
  figures: { shard: server!.figures(), process: meter.figures() },
  isAccepting: server!.isAccepting,
}));
primary.on('setMaxStreams', (count) => {
  server!.core.shard.maxStreams = count;
});
primary.on('flyCanary', () => server!.core.flyCanary());
primary.on('accept', () => {
  server!
    .accept()
    .catch((error: unknown) => logger.error({ err: error }, 'The listener could not be opened'));
});
primary.on('drain', (order) => server!.drain(order));

try {
  const plan = await primary.ask('plan', null, ANSWER_TIMEOUT_MS);
  const log = await openSharedLog(channel, {
    ring: plan.ring,
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    logger,
  });
  const look = () => primary.ask('lookAtTcp', null, LOOK_TIMEOUT_MS);
  server = await ShardServer.start(log, plan, logger, look, {
    checkReady: () => primary.ask('checkReady', null, READY_TIMEOUT_MS),
    mayPause: () => primary.ask('mayPause', null, ANSWER_TIMEOUT_MS),
    onResumed: () => primary.tell('resumed', null),
  });
  primary.tell('started', null);
} catch (error) {
  // Said by the primary: to whoever has started the hub, or in its log.
  primary.tell('failed', failureOf(error));
  // What was told must get there.
  process.disconnect();
}
