// Reads `delivery>=99.99%,latency.p99<=500ms`. A unit is never guessed, and a mistake is shown by its place.

import { parseDuration } from '../../base/duration.ts';
import { HoldfastError } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest-name.ts';
import { shorten } from '../../base/options.ts';
import type { TimeKind } from '../result.ts';
import { type Objective, objectiveNames, type PercentileName, type ShareObjective } from './objective.ts';

const EXAMPLE = 'delivery>=99.99%,latency.p99<=500ms,reconnect.p99<=5s,availability>=99.99%';

/** More than there are names: a longer text is a mistake. */
const MOST_OBJECTIVES = 64;

/**
 * The objectives of one `--slo`, in order.
 *
 * @throws HoldfastError ERR_USAGE with the position (from 1) of the first mistake.
 */
export function parseObjectives(text: string): Objective[] {
  const objectives: Objective[] = [];
  let position = 1;
  for (const part of text.split(',', MOST_OBJECTIVES + 1)) {
    const objective = parseObjective(part.trim(), position + (part.length - part.trimStart().length));
    const name = nameOf(objective);
    if (objectives.some((other) => nameOf(other) === name))
      throw mistake(position, `\`${name}\` is asked twice`);
    if (objectives.length === MOST_OBJECTIVES)
      throw mistake(position, `more than ${MOST_OBJECTIVES} objectives`);
    objectives.push(objective);
    position += part.length + 1;
  }
  return objectives;
}

function parseObjective(text: string, position: number): Objective {
  const [, name, gap1, operator, gap2, target] = /^([^\s<>=]*)(\s*)([<>=]*)(\s*)(.*)$/s.exec(text)!;
  if (name === '') throw mistake(position, 'a name is missing');
  const operatorAt = position + name!.length + gap1!.length;
  const targetAt = operatorAt + operator!.length + gap2!.length;
  if (!objectiveNames.includes(name!)) {
    throw mistake(position, `\`${shorten(name!)}\` is no objective.${didYouMean(name!, objectiveNames)}`);
  }
  const [measure, percentile] = splitOnce(name!);
  if (percentile === undefined) {
    if (operator !== '>=') throw mistake(operatorAt, `\`${name}\` is a share and needs \`>=\``);
    return {
      kind: 'share',
      measure: measure as ShareObjective['measure'],
      target: share(target!, targetAt),
      text,
    };
  }
  if (operator !== '<=') throw mistake(operatorAt, `\`${name}\` is a time and needs \`<=\``);
  const targetMs = duration(target!, targetAt);
  return {
    kind: 'time',
    measure: measure as TimeKind,
    percentile: percentile as PercentileName,
    targetMs,
    text,
  };
}

// `latency.p99.9`: the percentile has a dot of its own.
function splitOnce(name: string): [string, string?] {
  const dot = name.indexOf('.');
  return dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
}

function nameOf(objective: Objective): string {
  return objective.kind === 'share' ? objective.measure : `${objective.measure}.${objective.percentile}`;
}

function share(text: string, position: number): number {
  // As text: 99.99 / 100 is 0.9998999999999999.
  const part = /^\d+(?:\.\d+)?%$/.test(text) ? Number(`${text.slice(0, -1)}e-2`) : 0;
  if (part > 0 && part <= 1) return part;
  throw mistake(position, `expected a percentage above 0% up to 100%, such as 99.99%, got ${quote(text)}`);
}

function duration(text: string, position: number): number {
  // parseDuration rounds to whole milliseconds; a target that is rounded would be another target.
  const rounded = /\.\d+ms/.test(text) || /\.\d{4,}/.test(text);
  try {
    if (!rounded) return parseDuration(text);
  } catch {
    // Its message is about durations in general; this one says where.
  }
  throw mistake(
    position,
    `expected a duration in whole milliseconds, such as 500ms or 5s, got ${quote(text)}`,
  );
}

function quote(text: string): string {
  return text === '' ? 'nothing' : JSON.stringify(shorten(text));
}

function mistake(position: number, what: string): HoldfastError {
  return new HoldfastError(
    'ERR_USAGE',
    `--slo, at character ${position}: ${what}`,
    `For example: --slo '${EXAMPLE}'`,
  );
}
