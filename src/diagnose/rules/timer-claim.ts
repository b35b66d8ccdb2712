// What S03, S04, S05, S32 and S34 share: how sure a timer is, what its value is called, and which setting it may be.

import { matchTimers, type TimerRow, timersOfHop } from '../data/timers.ts';
import type { Side } from '../evidence.ts';
import type { Sureness } from '../finding.ts';
import { momentsOfEnds, spreadOf } from '../timeline/cluster.ts';
import type { Stream } from '../timeline/stream.ts';
import type { TimerPattern } from '../timeline/timer-pattern.ts';
import { addressOf, timeText } from './words.ts';

/** Ends closer together than this are one observation: what ended one of them may have ended all. */
const ONE_MOMENT_MS = 100;

/** At how many moments streams ended. */
export const momentsOf = (streams: readonly Stream[]): number => momentsOfEnds(streams, ONE_MOMENT_MS).length;

/**
 * How sure a timer is from its pattern alone: three moments show it, two are likely when they agree to 60 ms or on a round value,
 * one can be chance.
 */
export function timerSureness(pattern: TimerPattern, of: number): Sureness {
  const moments = momentsOf(pattern.streams);
  if (pattern.kind === 'either' || moments < 2) return 'possible';
  if (pattern.sweepMs !== undefined) return 'likely';
  if (moments === 2)
    return pattern.isRound || pattern.latestMs - pattern.earliestMs <= 60 ? 'likely' : 'possible';
  return pattern.streams.length * 2 > of ? 'sure' : 'likely';
}

/** The time that a timer of this pattern is most likely set to. */
export function valueText({ valueMs, latestMs, sweepMs }: TimerPattern): string {
  if (sweepMs !== undefined) {
    return `about ${timeText(valueMs)}, looked at every ${timeText(sweepMs)}`;
  }
  const whole = Math.round(valueMs / 1000) * 1000;
  const isWhole =
    whole > 0 && Math.abs(valueMs - whole) <= spreadOf(0) && latestMs - whole <= spreadOf(whole);
  return timeText(isWhole ? whole : valueMs);
}

export interface Setting {
  /** Advice; names a setting only where the hop was recognised. */
  readonly help: readonly string[];
  readonly more: readonly string[];
  /** The hop was recognised and its default is this value. */
  readonly isDefault: boolean;
}

/** Which setting a timer may be, and the question that would tell where the hop did not say what it is. */
export function settingOf(
  streams: readonly Stream[],
  closer: Side,
  valueMs: number,
  measures: TimerRow['measures'],
): Setting {
  const hops = streams.map((stream) => (closer === 'server' ? stream.serverHop : stream.clientHop));
  const hop = hops.find((one) => one !== undefined);
  const matching = matchTimers(valueMs, measures);
  const own = hop === undefined ? [] : timersOfHop(hop.id, measures);
  if (hop !== undefined && own.length > 0) {
    const fitting = own.filter((row) => matching.includes(row));
    const rows = fitting.length > 0 ? fitting : own;
    return { help: rows.map(({ help }) => help), more: [], isDefault: fitting.length > 0 };
  }
  const address = addressOf(streams[0]!, closer);
  const names = [...new Set(matching.map(({ hopName, setting }) => `${hopName} (${setting})`))];
  const fits = names.length === 0 ? '' : `; by default this value is that of ${names.join(', ')}`;
  const known = hop === undefined ? '' : `, behind or in which ${hop.name} was seen`;
  return {
    help: [],
    more: [
      `which software runs at ${address}${known}? Its settings name the timer; a \`server\` or \`via\` header of its own would tell${fits}`,
    ],
    isDefault: false,
  };
}

/** `sure` when another kind of evidence agrees with what was likely, and so on. */
export function surer(sureness: Sureness): Sureness {
  return sureness === 'possible' ? 'likely' : 'sure';
}

/** What to send so often that an idle timer never fires: a third of it in round numbers, at most every 15 s. */
export function heartbeatHelp(valueMs: number): string {
  const everyMs = Math.min(
    15_000,
    Math.max(500, Math.floor(valueMs / 3000) * 1000 || Math.floor(valueMs / 300) * 100),
  );
  return `send a heartbeat (payload, such as an SSE comment) every ${timeText(everyMs)}`;
}
