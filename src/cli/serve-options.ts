// The options of `holdfast serve`. Rows whose `option` is an option of the hub get default and check from there.

import { drainOptions } from '../http/drain-options.ts';
import { hubOptions } from '../http/hub-options.ts';
import type { OptionRow } from './option-rows.ts';

/** Where rows have their defaults and checks from. */
export const serveRules = {
  ...hubOptions,
  drainDelayMs: drainOptions.delayMs,
  drainWindowMs: drainOptions.windowMs,
  drainMaxPerSecond: drainOptions.maxPerSecond,
};

export const serveOptions = [
  {
    flag: '--listen',
    kind: 'text',
    option: 'listen',
    placeholder: 'host:port',
    default: '127.0.0.1:8080',
    description: 'address to listen on; a port alone means 127.0.0.1, port 0 means any free port',
  },
  {
    flag: '--admin-listen',
    kind: 'text',
    option: 'adminListen',
    placeholder: 'host:port',
    description:
      'address of /metrics, for operators; `off` for none (default 127.0.0.1:9464, where that is free)',
  },
  {
    flag: '--demo',
    kind: 'flag',
    option: 'demo',
    description: 'publish the load, memory, network and TCP counters of this machine under host/...',
  },
  {
    flag: '--insecure',
    kind: 'flag',
    option: 'insecure',
    description: 'listen beyond loopback although anyone there may publish and subscribe',
  },
  {
    flag: '--cors-origin',
    kind: 'list',
    option: 'corsOrigins',
    placeholder: 'origin',
    expected: 'an origin such as https://app.example, or *',
    description: 'web origin whose pages may use the hub, such as https://app.example; repeatable',
  },
  {
    flag: '--heartbeat',
    kind: 'duration',
    option: 'heartbeatMs',
    description: 'longest silence on a stream',
  },
  {
    flag: '--stall-timeout',
    kind: 'duration',
    option: 'stallTimeoutMs',
    description: 'end a stream whose client has taken nothing for this long',
  },
  {
    flag: '--max-kernel',
    kind: 'bytes',
    option: 'maxKernelBytes',
    description: 'bytes that may wait for one client in the kernel; over it, nothing more is written (Linux)',
  },
  {
    flag: '--max-streams',
    kind: 'count',
    option: 'maxStreams',
    auto: 'what the open-file limit has room for when one worker is missing',
    description: 'streams open at once, in all workers',
  },
  {
    flag: '--workers',
    kind: 'count',
    option: 'workers',
    auto: 'one a core, and one more than the streams need',
    description: 'processes that share the streams; with 1, one process does everything',
  },
  {
    flag: '--max-topics',
    kind: 'count',
    option: 'maxTopics',
    description: 'topics and patterns of one stream',
  },
  { flag: '--max-event', kind: 'bytes', option: 'maxEventBytes', description: 'size of one event' },
  { flag: '--max-batch', kind: 'count', option: 'maxBatchEvents', description: 'events of one publish' },
  { flag: '--max-body', kind: 'bytes', option: 'maxBodyBytes', description: 'size of one publish' },
  {
    flag: '--log',
    kind: 'text',
    option: 'log',
    placeholder: 'engine',
    default: 'lmdb',
    choices: ['lmdb', 'memory'],
    description: 'where events are kept: `lmdb` on disk, `memory` only as long as the process runs',
  },
  {
    flag: '--log-folder',
    kind: 'text',
    option: 'logFolder',
    placeholder: 'path',
    default: './holdfast-log',
    description: 'folder of the log on disk, for this hub alone; made where there is none',
  },
  {
    flag: '--max-log-events',
    kind: 'count',
    option: 'maxLogEvents',
    auto: '10,000,000 on disk, 10,000 in memory',
    description: 'events the log keeps',
  },
  {
    flag: '--max-log-bytes',
    kind: 'bytes',
    option: 'maxLogBytes',
    auto: '1GiB on disk, 64MiB in memory',
    description: 'bytes the log keeps; the file on disk has at most twice as many',
  },
  {
    flag: '--max-log-age',
    kind: 'duration',
    option: 'maxLogAgeMs',
    auto: '24h on disk, 1h in memory',
    description: 'how long the log keeps an event',
  },
  {
    flag: '--max-stream-age',
    kind: 'duration',
    option: 'maxStreamAgeMs',
    optional: true,
    description: 'end each stream after this time, less up to a fifth by chance, so that load spreads again',
  },
  {
    flag: '--max-open-rate',
    kind: 'count',
    option: 'maxOpensPerSecond',
    description: 'streams that a process opens a second; more are told when to come back',
  },
  {
    flag: '--drain-delay',
    kind: 'duration',
    option: 'drainDelayMs',
    auto: '5s on Kubernetes, 0s elsewhere',
    description: 'on SIGTERM: how long new streams are still taken, until nobody sends them here',
  },
  {
    flag: '--drain-window',
    kind: 'duration',
    option: 'drainWindowMs',
    description: 'on SIGTERM: over how long the streams are ended',
  },
  {
    flag: '--drain-rate',
    kind: 'count',
    option: 'drainMaxPerSecond',
    description: 'streams ended a second at most, whatever the window: what those that take them over admit',
  },
  {
    flag: '--log-level',
    kind: 'text',
    option: 'logLevel',
    placeholder: 'level',
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    description: 'what is written to stderr, as JSON lines',
  },
] as const satisfies readonly OptionRow[];
