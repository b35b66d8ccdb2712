// The form of a scenario file: what to start, streams, traffic, faults on a timeline, and what must hold. What a fault
// takes is the fault's own table; here stands only what all have. Pure.

import { z } from 'zod';
import { parseByteSize } from '../base/byte-size.ts';
import { parseDuration } from '../base/duration.ts';
import { readShare } from '../chaos/option-words.ts';
import { parseRate, parseSchedule } from '../load/pacing/schedule.ts';

/** A text with a unit, read by one of our parsers, whose message says what it expects. */
function text<T>(parse: (text: string) => T) {
  return z.string().transform((given, context) => {
    try {
      return parse(given);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
}

const duration = text(parseDuration);
const time = text((given) => (given === '0s' ? 0 : parseDuration(given)));
const size = text(parseByteSize);
const share = text(readShare);
const schedule = text((given) => {
  parseSchedule(given);
  return given;
});
const ramp = text((given) => {
  if (given.includes('/')) parseRate(given);
  else parseDuration(given);
  return given;
});
const rate = text((given) => {
  if (!given.endsWith('/s')) throw new RangeError('Expected a rate such as 1KiB/s');
  return parseByteSize(given.slice(0, -2));
});
const perDay = text((given) => {
  const [, count] = /^(\d+(?:\.\d+)?)\/(?:d|day)$/.exec(given) ?? [];
  if (count === undefined) throw new RangeError('Expected a rate such as 1/day');
  return Number(count);
});
const count = z.number().int().positive();

/** What hits: a kind of fault with its options beside it, when, and how often. */
const fault = z
  .object({
    fault: z.string(),
    at: time,
    /** How long; where not given, to the end of the run. What is done at once has no length. */
    for: duration.optional(),
    every: duration.optional(),
    times: count.optional(),
    /** Of a fault of processes: the server, or one of its workers. */
    of: z.enum(['server', 'worker']).optional(),
    /** After the server was killed: when it is started again. */
    restart: duration.optional(),
    direction: z.enum(['down', 'up', 'both']).optional(),
    probability: share.optional(),
    seed: z.number().int().nonnegative().optional(),
  })
  .catchall(z.union([z.string(), z.number()]));

const randomFaults = z.strictObject({
  seed: z.number().int().nonnegative(),
  from: time,
  every: duration,
  /** Each lasts between so long and twice as long. */
  for: duration,
  faults: z.array(fault.omit({ at: true, for: true, every: true, times: true })).min(1),
});

export const scenarioSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'Expected letters, digits and dashes'),
  summary: z.string(),
  hub: z
    .strictObject({
      log: z.enum(['lmdb', 'memory']).default('lmdb'),
      workers: count.optional(),
      /** The log stands on a small disk of its own. */
      disk: size.optional(),
      heartbeat: duration.prefault('2s'),
      /** Options of `holdfast serve`, as on its command line. */
      options: z.array(z.string()).default([]),
    })
    .optional(),
  /** A server that runs already, instead of a hub. */
  target: z
    .strictObject({
      url: z.url({ protocol: /^http$/ }),
      publish: z.union([
        z.url({ protocol: /^http$/ }),
        z.strictObject({
          method: z.string().default('POST'),
          url: z.string(),
          headers: z.record(z.string(), z.string()).default({}),
          body: z.string().default('{payload}'),
        }),
      ]),
      pid: count.optional(),
      heartbeat: duration.prefault('15s'),
    })
    .optional(),
  streams: z.strictObject({
    count: count.default(2000),
    topics: count.default(50),
    'topic-name': z.string().default('prove/{n}'),
    ramp: ramp.prefault('1000/s'),
    slow: share.optional(),
    'slow-rate': rate.optional(),
    /** A client that hears nothing for so long ends the stream itself and comes back. */
    'silence-timeout': duration.optional(),
  }),
  traffic: z.strictObject({ rate: schedule.prefault('50/s'), payload: size.prefault('150B') }),
  duration: duration,
  settle: duration.prefault('20s'),
  faults: z.array(fault).default([]),
  random: randomFaults.optional(),
  hold: z
    .strictObject({
      /** 99 of 100 streams that were cut are back within it. */
      recovery: duration.optional(),
      availability: share.optional(),
    })
    .prefault({}),
  /** How often each fault is expected: for the figure of a year. */
  expected: perDay.prefault('1/day'),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioFault = z.infer<typeof fault>;
