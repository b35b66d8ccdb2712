// Turns the command line of prove into scenarios: built-in ones by name, files, and what is changed of them.

import { existsSync, readFileSync } from 'node:fs';
import { parseDuration } from '../base/duration.ts';
import { HoldfastError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { parsePublishTemplate } from '../load/generator/publish-template.ts';
import { parseSchedule } from '../load/pacing/schedule.ts';
import { builtInNames, builtInText } from '../prove/built-in.ts';
import { readScenario } from '../prove/read-scenario.ts';
import type { Scenario } from '../prove/scenario-schema.ts';
import type { RowValues } from './option-rows.ts';
import type { proveOptions } from './prove-options.ts';
import { usageError } from './usage-failure.ts';

/** Of a server that is not ours nobody knows it: a stream counts as there when it was quiet for twice as long. */
const FOREIGN_HEARTBEAT_MS = 15_000;

export type ProveFlags = RowValues<typeof proveOptions>;

/** The text of a scenario, and what to call it in messages. @throws HoldfastError ERR_USAGE, ERR_FILE. */
export function scenarioText(nameOrFile: string): readonly [text: string, source: string] {
  const text = builtInText(nameOrFile);
  if (text !== undefined) return [text, `${nameOrFile}.yaml`];
  if (!existsSync(nameOrFile)) {
    const names = builtInNames();
    throw usageError(
      `There is no scenario, and no file, ${JSON.stringify(nameOrFile)}.${didYouMean(nameOrFile, names)}`,
      `There are ${names.join(', ')}`,
    );
  }
  try {
    return [readFileSync(nameOrFile, 'utf8'), nameOrFile];
  } catch (cause) {
    const why = (cause as Error).message;
    throw new HoldfastError('ERR_FILE', `${nameOrFile} cannot be read: ${why}`, 'Check the name', { cause });
  }
}

/** @throws HoldfastError ERR_USAGE, ERR_BAD_SCENARIO. */
export function readProveArguments(names: readonly string[], flags: ProveFlags): Scenario[] {
  return names.map((name) => changed(readScenario(...scenarioText(name)), flags));
}

function changed(scenario: Scenario, flags: ProveFlags): Scenario {
  const { streams, duration, rate, seed, topicName } = flags;
  return {
    ...targeted(scenario, flags),
    streams: {
      ...scenario.streams,
      ...(streams === undefined ? {} : { count: read('--streams', streams, wholeNumber) }),
      ...(topicName === undefined ? {} : { 'topic-name': topicName }),
    },
    traffic: {
      ...scenario.traffic,
      ...(rate === undefined ? {} : { rate: read('--rate', rate, schedule) }),
    },
    duration: duration === undefined ? scenario.duration : read('--duration', duration, parseDuration),
    random:
      scenario.random === undefined || seed === undefined
        ? scenario.random
        : { ...scenario.random, seed: read('--seed', seed, wholeNumber) },
  };
}

/** A server that is there already, in the place of a hub. */
function targeted(scenario: Scenario, flags: ProveFlags): Scenario {
  const { target: url, publish, publishTemplate, pid } = flags;
  if (url === undefined) return scenario;
  if ((publish === undefined) === (publishTemplate === undefined)) {
    throw usageError('--target needs one way to publish', 'Give --publish or --publish-template');
  }
  const { hub: _, ...rest } = scenario;
  return {
    ...rest,
    target: {
      url,
      publish: publish ?? parsePublishTemplate(publishTemplate!),
      pid: pid === undefined ? undefined : read('--pid', pid, wholeNumber),
      heartbeat: FOREIGN_HEARTBEAT_MS,
    },
  };
}

/** @throws RangeError; the text is kept for whoever publishes. */
function schedule(text: string): string {
  parseSchedule(text);
  return text;
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new RangeError('Expected a whole number above 0');
}

function read<T>(flag: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    throw usageError(`Option ${flag} cannot be ${JSON.stringify(text)}`, (error as Error).message);
  }
}
