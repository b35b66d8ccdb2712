// The options of `holdfast load`; `holdfast soak` shares all of them, with other defaults.

import { integer, type OptionTable } from '../base/options.ts';
import type { OptionRow } from './option-rows.ts';

const MAX_STREAMS = 1_000_000;

/** Defaults and checks of the numbers, as the hub's option table has them for `serve`. */
export const loadRules = {
  streams: integer(100, 1, MAX_STREAMS),
  durationMs: integer(30_000),
  topicCount: integer(1, 1, MAX_STREAMS),
  payloadBytes: integer(150, 48, 1_048_576),
  settleMs: integer(5000),
  heartbeatMs: integer(15_000),
  connectTimeoutMs: integer(10_000),
} as const satisfies OptionTable;

export const loadOptions = [
  { flag: '--streams', kind: 'count', option: 'streams', description: 'streams to open and keep' },
  {
    flag: '--duration',
    kind: 'duration',
    option: 'durationMs',
    description: 'how long to keep them after the ramp',
  },
  {
    flag: '--ramp',
    kind: 'text',
    option: 'ramp',
    placeholder: 'rate|time',
    default: '1000/s',
    description: 'how fast to open them: 500/s, or a time for all of them such as 20s',
  },
  {
    flag: '--publish',
    kind: 'text',
    option: 'publish',
    placeholder: 'url',
    description: 'publish here, in the form of a Holdfast hub: http://127.0.0.1:8080/publish',
  },
  {
    flag: '--publish-template',
    kind: 'text',
    option: 'publishTemplate',
    placeholder: 'json',
    description:
      'publish in the form of another server: {"method", "url", "headers", "body"} with {topic} and {payload}; @FILE reads it',
  },
  {
    flag: '--rate',
    kind: 'text',
    option: 'rate',
    placeholder: 'schedule',
    default: '10/s',
    description: 'events in all: 100/s, ramp:10/s-1000/s:60s, sine:500/s+-300/s:30s or burst:1000/10s',
  },
  {
    flag: '--topics',
    kind: 'count',
    option: 'topicCount',
    description: 'topics to publish to in turn; {topic} in the URL gives each stream one of them',
  },
  {
    flag: '--topic-name',
    kind: 'text',
    option: 'topicName',
    placeholder: 'name',
    default: 'load/{n}',
    description: 'what topics are called',
  },
  { flag: '--payload', kind: 'bytes', option: 'payloadBytes', description: 'size of each event' },
  {
    flag: '--settle',
    kind: 'duration',
    option: 'settleMs',
    description: 'how long to wait at the end for what is on its way',
  },
  {
    flag: '--header',
    kind: 'list',
    option: 'headers',
    placeholder: 'name: value',
    expected: 'a header such as "Authorization: Bearer TOKEN"',
    description: 'header for streams and publishes; repeatable',
  },
  {
    flag: '--source',
    kind: 'text',
    option: 'source',
    placeholder: 'addresses',
    description: 'local addresses to connect from, such as 127.0.0.2-127.0.0.9; on loopback, found by itself',
  },
  { flag: '--no-reconnect', kind: 'flag', option: 'reconnects', description: 'streams that end stay away' },
  {
    flag: '--slow',
    kind: 'text',
    option: 'slow',
    placeholder: 'percent',
    default: '0%',
    description: 'share of the streams that read slowly',
  },
  {
    flag: '--slow-rate',
    kind: 'text',
    option: 'slowRate',
    placeholder: 'size/s',
    default: '1KiB/s',
    description: 'how fast those read',
  },
  {
    flag: '--churn',
    kind: 'text',
    option: 'churn',
    placeholder: 'rate',
    description: 'clients that are cut off and come back, such as 100/s, or none',
  },
  {
    flag: '--churn-by',
    kind: 'text',
    option: 'churnKind',
    placeholder: 'kind',
    default: 'fin',
    choices: ['fin', 'rst'],
    description: 'how those are cut off',
  },
  {
    flag: '--heartbeat',
    kind: 'duration',
    option: 'heartbeatMs',
    description: 'heartbeat of the server: a stream silent for twice as long counts as unavailable',
  },
  {
    flag: '--connect-timeout',
    kind: 'duration',
    option: 'connectTimeoutMs',
    description: 'for a connection, and again for the head of the answer',
  },
  {
    flag: '--pid',
    kind: 'text',
    option: 'pid',
    placeholder: 'pid',
    description: 'the server’s process here: CPU, memory and files of it and its children are measured',
  },
  {
    flag: '--metrics',
    kind: 'text',
    option: 'metrics',
    placeholder: 'url',
    description:
      'the server’s metrics in the text format of Prometheus: heap, garbage collection and event-loop delay',
  },
  {
    flag: '--slo',
    kind: 'text',
    option: 'slo',
    placeholder: 'objectives',
    description:
      'pass, fail or not proven: delivery>=99.99%,latency.p99<=500ms,reconnect.p99<=5s,availability>=99.99%',
  },
  {
    flag: '--output',
    kind: 'text',
    option: 'output',
    placeholder: 'file',
    description: 'write the result here, as NDJSON for `holdfast report`',
  },
] as const satisfies readonly OptionRow[];
