// The options of `holdfast serve`. Rows whose `option` is an option of the hub get default and check from there.

import type { OptionRow } from './option-rows.ts';

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
    auto: 'the open-file limit minus 1,000',
    description: 'streams open at once',
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
    default: 'memory',
    choices: ['memory'],
    description: 'where events are kept; `memory` forgets them when the process ends',
  },
  { flag: '--max-log-events', kind: 'count', option: 'maxLogEvents', description: 'events the log keeps' },
  { flag: '--max-log-bytes', kind: 'bytes', option: 'maxLogBytes', description: 'bytes the log keeps' },
  {
    flag: '--max-log-age',
    kind: 'duration',
    option: 'maxLogAgeMs',
    description: 'how long the log keeps an event',
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
