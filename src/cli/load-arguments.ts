// Turns what was written on the command line of load and soak into the options of a run.

import { readFileSync } from 'node:fs';
import { parseByteSize } from '../base/byte-size.ts';
import { parseDuration } from '../base/duration.ts';
import { HoldfastError } from '../base/errors.ts';
import { parseSources } from '../load/generator/preflight.ts';
import { holdfastTemplate, parsePublishTemplate } from '../load/generator/publish-template.ts';
import type { LoadOptions } from '../load/generator/run-options.ts';
import { parseRate, parseSchedule } from '../load/pacing/schedule.ts';
import { parseObjectives } from '../load/verdict/parse-objectives.ts';
import { readHeader } from './header-argument.ts';
import type { loadOptions } from './load-options.ts';
import type { RowValues } from './option-rows.ts';
import { usageError } from './usage-failure.ts';

export type LoadFlags = RowValues<typeof loadOptions>;

type FromFlags = Omit<LoadOptions, 'tool' | 'version' | 'sampleMs'>;

/** @throws HoldfastError ERR_USAGE that names the option. */
export function readLoadArguments(urlText: string, flags: LoadFlags): FromFlags {
  const { streams, durationMs, settleMs, heartbeatMs, connectTimeoutMs } = flags;
  const headers = (flags.headers ?? []).map(readHeader);
  const churn = flags.churn;
  // Also where nothing is published: a mistake in a flag is never passed over.
  read('--rate', flags.rate, parseSchedule);
  return {
    url: readUrl(urlText, 'The URL'),
    streams,
    durationMs,
    settleMs,
    heartbeatMs,
    connectTimeoutMs,
    headers,
    rampMs: read('--ramp', flags.ramp, (text) => readRampMs(text, streams)),
    topics: {
      name: read('--topic-name', flags.topicName, readTopicName),
      count: flags.topicName.includes('{n}') ? flags.topicCount : 1,
    },
    sources: flags.source === undefined ? [] : read('--source', flags.source, parseSources),
    // commander gives a --no- option as false.
    reconnects: (flags.reconnects as boolean | undefined) !== false,
    slowShare: read('--slow', flags.slow, readPercent),
    slowBytesPerSecond: read('--slow-rate', flags.slowRate, readBytesPerSecond),
    churnPerSecond: churn === undefined || churn === 'none' ? 0 : read('--churn', churn, parseRate),
    churnKind: flags.churnKind as 'fin' | 'rst',
    publish: readPublish(flags, Object.fromEntries(headers)),
    pid: flags.pid === undefined ? undefined : read('--pid', flags.pid, readPid),
    metricsUrl: flags.metrics === undefined ? undefined : readUrl(flags.metrics, '--metrics'),
    objectives: flags.slo === undefined ? [] : read('--slo', flags.slo, parseObjectives),
  };
}

function readPublish(flags: LoadFlags, headers: Readonly<Record<string, string>>): LoadOptions['publish'] {
  const { publish, publishTemplate, rate: schedule, payloadBytes } = flags;
  if (publish === undefined && publishTemplate === undefined) return undefined;
  if (publish !== undefined && publishTemplate !== undefined) {
    throw usageError('Both --publish and --publish-template are given', 'Give one of them');
  }
  if (publish !== undefined) {
    return { schedule, payloadBytes, template: holdfastTemplate(readUrl(publish, '--publish'), headers) };
  }
  const text = publishTemplate!.startsWith('@')
    ? readTemplateFile(publishTemplate!.slice(1))
    : publishTemplate!;
  return { schedule, payloadBytes, template: parsePublishTemplate(text, headers) };
}

function readTemplateFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(
      `The template file ${path} cannot be read: ${(error as Error).message}`,
      'Check the name',
    );
  }
}

/** The parsers throw RangeError with what they expect; the option's name is ours to add. */
function read<T>(flag: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    if (!(error instanceof RangeError)) throw error;
    throw usageError(`Option ${flag} cannot be ${JSON.stringify(text)}`, error.message);
  }
}

function readUrl(text: string, what: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw usageError(
    `${what} cannot be ${JSON.stringify(text)}`,
    'Write it as http://HOST:PORT/PATH or https://HOST/PATH',
  );
}

function readRampMs(text: string, streams: number): number {
  return text.includes('/') ? (streams / parseRate(text)) * 1000 : parseDuration(text);
}

function readPercent(text: string): number {
  const [, number] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (number !== undefined && Number(number) <= 100) return Number(number) / 100;
  throw new RangeError('Expected a share such as 5%');
}

function readBytesPerSecond(text: string): number {
  if (!text.endsWith('/s')) throw new RangeError('Expected a rate such as 1KiB/s');
  return parseByteSize(text.slice(0, -2));
}

/** It is put into bodies as it is, JSON among them. */
function readTopicName(text: string): string {
  if (text !== '' && !/[\u0000-\u001f"\\]/.test(text)) return text;
  throw new RangeError('Expected a name without quotes, backslashes and control characters');
}

function readPid(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text) && isRunning(Number(text))) return Number(text);
  throw new RangeError('Expected the number of a process that runs here');
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Of somebody else, but there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
