// Histories of runs as a test can read and break them: what publishers were told, and for each stream the list of what it
// saw. `rightHistory` makes one that is right, with everything that may happen in a run; `recorded` turns it into what the
// checker takes, through the recorders of the load tool.

import { type PublishedHistory, PublishRecorder } from '../../src/load/history/publish-recorder.ts';
import type { SaidGap, SeenHistory } from '../../src/load/history/seen.ts';
import { SeenRecorder } from '../../src/load/history/seen-recorder.ts';
import { seededRandom } from './seeded-random.ts';

export interface ModelEvent {
  readonly number: number;
  readonly topic: number;
  readonly seq: number;
  outcome: 'acknowledged' | 'refused' | 'unknown';
  /** In the log; undefined when it is not there. */
  id: string | undefined;
}

export type Sight =
  | { readonly kind: 'event'; readonly id: string; readonly topic: number; readonly seq: number }
  | { readonly kind: 'gap'; readonly gap: SaidGap };

export interface ModelStream {
  readonly topics: readonly number[];
  readonly isOwedAll: boolean;
  readonly isOwedToLast: boolean;
  saw: Sight[];
}

export interface ModelHistory {
  readonly topics: number;
  readonly events: ModelEvent[];
  /** Those in the log, in its order. */
  readonly log: readonly ModelEvent[];
  readonly streams: ModelStream[];
}

export function rightHistory(seed: number): ModelHistory {
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const topics = 1 + below(3);
  const events = Array.from({ length: 10 + below(40) }, (_, i): ModelEvent => {
    const chance = random();
    const outcome = chance < 0.8 ? 'acknowledged' : chance < 0.9 ? 'unknown' : 'refused';
    return { number: i + 1, topic: i % topics, seq: Math.floor(i / topics) + 1, outcome, id: undefined };
  });
  const taken = events.filter(
    ({ outcome }) => outcome === 'acknowledged' || (outcome === 'unknown' && random() < 0.5),
  );
  // Topics go on connections of their own: only the order within one is the publisher's.
  for (let i = 1; i < taken.length; i++) {
    if (taken[i - 1]!.topic !== taken[i]!.topic && random() < 0.3)
      [taken[i - 1], taken[i]] = [taken[i]!, taken[i - 1]!];
  }
  const lostAt = random() < 0.3 ? below(taken.length) : Number.POSITIVE_INFINITY;
  let position = 100 + below(1000);
  for (const [i, event] of taken.entries()) {
    // The log was lost here: a new one begins.
    if (i === lostAt) position = 0;
    // Others publish too.
    position += 1 + (random() < 0.3 ? below(3) : 0);
    event.id = `${i < lostAt ? 'epochone' : 'epochtwo'}-${position}`;
  }
  const streams = Array.from({ length: 2 + below(4) }, () => rightStream(topics, taken, lostAt, random));
  return { topics, events, log: taken, streams };
}

function rightStream(
  topics: number,
  log: readonly ModelEvent[],
  lostAt: number,
  random: () => number,
): ModelStream {
  const below = (count: number) => Math.floor(random() * count);
  const wanted = random() < 0.5 ? [below(topics)] : Array.from({ length: topics }, (_, topic) => topic);
  const isOwedAll = random() < 0.7;
  const isOwedToLast = random() < 0.2;
  const start = isOwedAll ? 0 : below(log.length);
  const end = isOwedToLast ? start + below(log.length - start) : log.length;
  const saw: Sight[] = [];
  let last = 'epochone-1';
  for (let i = start; i < end; i++) {
    const { id, topic, seq } = log[i]!;
    if (i === lostAt && i > start) {
      saw.push({ kind: 'gap', gap: { reason: 'epoch', from: last, to: 'epochtwo-0' } });
      last = 'epochtwo-0';
    } else if (i > start && random() < 0.04) {
      // Retention was faster: this one is gone, and it is said so.
      saw.push({ kind: 'gap', gap: { reason: 'trimmed', from: last, to: id! } });
      last = id!;
      continue;
    }
    if (wanted.includes(topic)) saw.push({ kind: 'event', id: id!, topic, seq });
    last = id!;
  }
  return { topics: wanted, isOwedAll, isOwedToLast, saw };
}

/** Without positions, as of a server that is not ours. */
export function withoutIds(history: ModelHistory): ModelHistory {
  const plain = (sight: Sight): Sight =>
    sight.kind === 'event' ? { ...sight, id: `t:${sight.seq}` } : sight;
  return {
    ...history,
    streams: history.streams.map((stream) => ({ ...stream, saw: stream.saw.map(plain) })),
  };
}

export function recorded(
  { topics, events, streams }: ModelHistory,
  { tellsIds = true, processes = 2 } = {},
): { published: PublishedHistory; seen: SeenHistory[] } {
  const publisher = new PublishRecorder(topics);
  for (const { number, outcome, id } of events) {
    if (outcome === 'acknowledged')
      publisher.acknowledged([number], tellsIds ? JSON.stringify({ ids: [id] }) : 'ok');
    else if (outcome === 'refused') publisher.refused([number]);
    else publisher.unknown([number]);
  }
  const parts: SeenHistory[] = [];
  const each = Math.ceil(streams.length / processes);
  for (let first = 0; first < streams.length; first += each) {
    const recorder = new SeenRecorder(first);
    const mine = streams.slice(first, first + each);
    for (const { topics: wanted, isOwedToLast } of mine) recorder.addStream(wanted, isOwedToLast);
    for (const [i, { isOwedAll }] of mine.entries()) if (isOwedAll) recorder.oweAll(i);
    // In turns, as it is in a run: who sees a row first is chance.
    const longest = Math.max(...mine.map(({ saw }) => saw.length));
    for (let step = 0; step < longest; step++) {
      for (const [i, { saw }] of mine.entries()) {
        const sight = saw[step];
        if (sight?.kind === 'event') recorder.event(i, sight.id, sight.topic, sight.seq);
        else if (sight?.kind === 'gap') recorder.gap(i, sight.gap);
      }
    }
    parts.push(recorder.history());
  }
  return { published: publisher.history(), seen: parts };
}
