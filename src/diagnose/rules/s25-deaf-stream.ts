// S25: the connection stands, but the server has fallen silent on it: heartbeats that used to come do not.

import type { Burst } from '../evidence.ts';
import { median, range, spreadOf } from '../timeline/cluster.ts';
import { logFacts, type Scene } from '../timeline/scene.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { addressOf, count, rangeText, refsOf, streamFilter, timeText } from './words.ts';

/** So many heartbeats must have come in step, and so many be missing. */
const MIN_BEATS = 4;
const MIN_MISSED = 3;
/** So many in step are a heartbeat and no topic that was busy for a while. */
const LONG_BEATS = 10;
/** Heartbeats are seconds apart; what is faster is a topic, which may fall quiet. */
const MIN_LONG_BEAT_MS = 1000;
/** Events come and go; a shorter pause is daily life. */
const MIN_SILENT_MS = 5000;

export const s25DeafStream: Rule = {
  id: 'S25',
  page: {
    title: 'deaf stream: open, but silent',
    what: 'The connection stays open and no byte comes any more, without any error. Typical: the WriteTimeout of a Go server on HTTP/1.1 has passed, and the handler ignores the errors of its writes; or the handler hangs.',
    wire: 'Heartbeats in step, then nothing; no FIN, no reset, keepalives are still answered.',
    elsewhere: 'Server: `i/o timeout` from Write; a goroutine that stays busy.',
    apart:
      'S20 has data that nobody acknowledges. S15 has window 0. A quiet topic without heartbeats looks the same, and is none.',
    help: [
      'Clear the write deadline for streams (`http.ResponseController.SetWriteDeadline(time.Time{})`), end the handler on a failed write, and let clients watch for missing heartbeats.',
    ],
    sources: [{ text: 'Go issue 16100: WriteTimeout and streaming', verified: true }],
  },
  needs: ['capture'],
  apartFrom: ['S15', 'S20'],
  claims: (scene) => {
    const deaf = scene.streams.filter((stream) => silenceOf(stream) !== undefined);
    return [...Map.groupBy(deaf, serverKey).values()]
      .filter((streams) => isTelling(streams, scene))
      .map((streams) => claim(streams, scene));
  },
};

// A topic can fall quiet, and a client leave in silence: one age on several streams, or a long record, is more than that.
function isTelling(streams: readonly Stream[], scene: Scene): boolean {
  const silences = streams.map((stream) => silenceOf(stream)!);
  const isLong =
    streams.every(({ end }) => end.kind === 'open') &&
    silences.every(({ beats, beatMs }) => beats >= LONG_BEATS && beatMs >= MIN_LONG_BEAT_MS);
  return isOneAge(streams, silences) || isLong || logFacts(scene, 'write-timeout').length > 0;
}

// A rhythm tells the age to one step: the limit lies between the last that came and the first that did not. Streams that
// began together say nothing by it, since one quiet moment of their topic is one age for all.
function isOneAge(streams: readonly Stream[], silences: readonly Silence[]): boolean {
  const latest = Math.max(...silences.map(({ ageMs }) => ageMs));
  const earliestMissed = Math.min(...silences.map(({ ageMs, beatMs }) => ageMs + beatMs));
  const longestBeat = Math.max(...silences.map(({ beatMs }) => beatMs));
  const begun = range(streams.map(({ beginMs }) => beginMs));
  const beganApart = begun.max - begun.min > longestBeat * 1.5;
  return silences.length >= 2 && beganApart && latest <= earliestMissed + spreadOf(0);
}

interface Silence {
  readonly beats: number;
  readonly beatMs: number;
  readonly last: Burst;
  readonly ageMs: number;
  readonly silentMs: number;
}

function silenceOf({ end, exchange, flow, beginMs, phase }: Stream): Silence | undefined {
  if (phase !== 'body' && phase !== 'pushed') return undefined;
  // A client that gave up on the silence is still about the silence.
  if (end.kind !== 'open' && !(end.by === 'client' && end.kind === 'fin')) return undefined;
  if (flow.halves.client.zeroWindows > 0) return undefined;
  const bursts = exchange?.bursts.length ? exchange.bursts : flow.halves.server.bursts;
  const last = bursts.at(-1);
  if (last === undefined || bursts.length <= MIN_BEATS) return undefined;
  const pauses = bursts.slice(1).map(({ atMs }, i) => atMs - bursts[i]!.untilMs);
  const beatMs = median(pauses);
  const inStep = pauses.filter((pause) => Math.abs(pause - beatMs) <= beatMs * 0.15);
  const silentMs = end.atMs - last.untilMs;
  const isBeat = beatMs >= 200 && inStep.length >= MIN_BEATS && Math.max(...pauses) <= beatMs * 1.5;
  if (!isBeat || silentMs < Math.max(MIN_SILENT_MS, beatMs * (MIN_MISSED + 0.5))) return undefined;
  return { beats: inStep.length, beatMs, last, silentMs, ageMs: last.untilMs - beginMs };
}

function claim(streams: readonly Stream[], scene: Scene): Claim {
  const silences = streams.map((stream) => silenceOf(stream)!);
  const first = silences[0]!;
  const ages = silences.map(({ ageMs }) => ageMs);
  const lines = logFacts(scene, 'write-timeout');
  const address = addressOf(streams[0]!, 'server');
  return {
    level: 'cause',
    sureness: lines.length > 0 ? 'sure' : silences.length >= 2 ? 'likely' : 'possible',
    detail: isOneAge(streams, silences)
      ? `from the age of ${timeText(first.ageMs)} on`
      : `for ${rangeText(silences.map(({ silentMs }) => silentMs))}`,
    summary: `${address} fell silent on ${count(streams.length, 'open stream')}: a heartbeat every ${timeText(first.beatMs)} stopped coming.`,
    streams,
    why: [
      {
        text: `payload every ${timeText(first.beatMs)} until the age of ${rangeText(ages)}, then none for ${rangeText(silences.map(({ silentMs }) => silentMs))}`,
        refs: refsOf(silences.map(({ last }) => last)),
        filter: streamFilter(streams),
      },
      { text: 'no FIN, no reset, nothing unanswered: the connection stands', refs: [] },
    ],
    help: [
      `look at ${address}: a write deadline for the whole response, or a handler that hangs`,
      'let clients watch for missing heartbeats',
    ],
    more: ['did the server mean to send nothing? Its own record of writes and their errors would tell'],
  };
}
