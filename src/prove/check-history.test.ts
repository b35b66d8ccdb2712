// One file, since every kind of violation is planted in the same right history.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ModelHistory,
  type ModelStream,
  recorded,
  rightHistory,
  type Sight,
  withoutIds,
} from '../../test/support/history-model.ts';
import { PublishRecorder } from '../load/history/publish-recorder.ts';
import { SeenRecorder } from '../load/history/seen-recorder.ts';
import { checkHistory } from './check-history.ts';
import type { ViolationKind } from './violations.ts';

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

const judge = (history: ModelHistory, options = {}) => {
  const { published, seen } = recorded(history, options);
  return checkHistory(published, seen);
};

type EventSight = Sight & { kind: 'event' };

/** Breaks a history in one place; undefined where it has no such place. `pick` chooses one of so many. */
type Break = (history: ModelHistory, pick: (count: number) => number) => boolean;

const eventsOf = ({ saw }: ModelStream) =>
  saw.flatMap((sight, index) => (sight.kind === 'event' ? [{ sight: sight as EventSight, index }] : []));

/** One event of one stream, of those that a condition allows. */
function pickEvent(
  { streams, events, topics }: ModelHistory,
  pick: (count: number) => number,
  allows: (stream: ModelStream, index: number, acknowledged: boolean) => boolean,
): { stream: ModelStream; sight: EventSight; index: number } | undefined {
  const places = streams.flatMap((stream) =>
    eventsOf(stream)
      .filter(({ sight, index }) => {
        const event = events[(sight.seq - 1) * topics + sight.topic]!;
        return allows(stream, index, event.outcome === 'acknowledged');
      })
      .map(({ sight, index }) => ({ stream, sight, index })),
  );
  return places.length === 0 ? undefined : places[pick(places.length)];
}

/** Whether it stands between others: the first of a late stream and the last of one that left are nobody's loss. */
const isInner = (stream: ModelStream, index: number) => {
  const all = eventsOf(stream);
  const isFirst = all[0]!.index === index && !stream.isOwedAll;
  const isLast = all.at(-1)!.index === index && stream.isOwedToLast;
  return !isFirst && !isLast;
};

const breaks: Readonly<Record<ViolationKind, Break>> = {
  lost: (history, pick) => {
    const place = pickEvent(
      history,
      pick,
      (stream, index, acknowledged) => acknowledged && isInner(stream, index),
    );
    place?.stream.saw.splice(place.index, 1);
    return place !== undefined;
  },
  'not for all': (history, pick) => {
    const sawIt = (sight: EventSight) =>
      history.streams.filter(({ saw }) =>
        saw.some((other) => other.kind === 'event' && other.id === sight.id),
      ).length;
    const place = pickEvent(
      history,
      pick,
      (stream, index, acknowledged) =>
        !acknowledged && isInner(stream, index) && sawIt(stream.saw[index] as EventSight) > 1,
    );
    place?.stream.saw.splice(place.index, 1);
    return place !== undefined;
  },
  repeated: (history, pick) => {
    const place = pickEvent(history, pick, () => true);
    if (place === undefined) return false;
    const { stream, sight, index } = place;
    stream.saw.splice(index + 1 + pick(stream.saw.length - index), 0, sight);
    return true;
  },
  'out of order': (history, pick) => {
    const isSameLog = (one?: Sight, two?: Sight) =>
      one?.kind === 'event' && two?.kind === 'event' && one.id.split('-')[0] === two.id.split('-')[0];
    const place = pickEvent(history, pick, (stream, index) =>
      isSameLog(stream.saw[index], stream.saw[index + 1]),
    );
    if (place === undefined) return false;
    const { saw } = place.stream;
    [saw[place.index], saw[place.index + 1]] = [saw[place.index + 1]!, saw[place.index]!];
    return true;
  },
  'from nowhere': ({ streams, events }, pick) => {
    const stream = streams[pick(streams.length)]!;
    const topic = stream.topics[pick(stream.topics.length)]!;
    const sight = { kind: 'event' as const, id: 'epochone-99999', topic, seq: events.length + 1 };
    stream.saw.splice(pick(stream.saw.length + 1), 0, sight);
    return true;
  },
  'refused and delivered': ({ streams, events }, pick) => {
    const refused = events.filter(({ outcome }) => outcome === 'refused');
    const stream = streams[pick(streams.length)]!;
    if (refused.length === 0) return false;
    const { topic, seq } = refused[pick(refused.length)]!;
    stream.saw.push({ kind: 'event', id: 'epochtwo-99999', topic, seq });
    return true;
  },
  'another id': (history, pick) => {
    const place = pickEvent(history, pick, (_stream, _index, acknowledged) => acknowledged);
    if (place === undefined) return false;
    const { stream, sight, index } = place;
    stream.saw[index] = { ...sight, id: sight.id.replace(/\d+$/, (seq) => `${Number(seq) + 100_000}`) };
    return true;
  },
  'not asked for': ({ streams, events }, pick) => {
    const stream = streams[pick(streams.length)]!;
    const others = events.filter(({ topic, id }) => id !== undefined && !stream.topics.includes(topic));
    if (others.length === 0) return false;
    const { id, topic, seq } = others[pick(others.length)]!;
    stream.saw.splice(pick(stream.saw.length + 1), 0, { kind: 'event', id: id!, topic, seq });
    return true;
  },
  'another log without a gap': ({ streams }, pick) => {
    const places = streams.flatMap((stream) =>
      stream.saw.flatMap((sight, index) => {
        const isBetween =
          stream.saw.slice(0, index).some(({ kind }) => kind === 'event') &&
          stream.saw.slice(index).some(({ kind }) => kind === 'event');
        const isLogGap = sight.kind === 'gap' && sight.gap.reason === 'epoch';
        // Another gap next to it would say it too.
        const neighbours = [stream.saw[index - 1], stream.saw[index + 1]];
        return isLogGap && isBetween && neighbours.every((near) => near?.kind === 'event')
          ? [{ stream, index }]
          : [];
      }),
    );
    if (places.length === 0) return false;
    const { stream, index } = places[pick(places.length)]!;
    stream.saw.splice(index, 1);
    return true;
  },
  'delivered from a gap': (history, pick) => {
    const place = pickEvent(history, pick, () => true);
    if (place === undefined) return false;
    const { stream, sight, index } = place;
    const [epoch, seq] = sight.id.split('-');
    const gap = { reason: 'trimmed', from: `${epoch}-${Number(seq) - 1}`, to: sight.id };
    stream.saw.splice(index, 0, { kind: 'gap', gap });
    return true;
  },
  'one id for two events': ({ events }, pick) => {
    const told = events.filter(({ outcome }) => outcome === 'acknowledged');
    if (told.length < 2) return false;
    const [one, two] = [told[pick(told.length)]!, told[pick(told.length)]!];
    if (one === two) return false;
    two.id = one.id;
    return true;
  },
};

test('no right history is accused', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 3 }), (seed, processes) => {
      const { violations, isWhole } = judge(rightHistory(seed), { processes });
      assert.deepEqual({ violations, isWhole }, { violations: [], isWhole: true });
    }),
    { numRuns: 2000 },
  );
});

test('no right history of a server without positions is accused', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      // Gaps are said in positions, so a history with gaps would be judged for what they hide.
      const history = withoutIds(rightHistory(seed));
      const withGaps = history.streams.some(({ saw }) => saw.some(({ kind }) => kind === 'gap'));
      if (!withGaps) assert.deepEqual(judge(history, { tellsIds: false }).violations, []);
    }),
    { numRuns: 2000 },
  );
});

for (const [kind, breakIt] of Object.entries(breaks)) {
  test(`a single violation is found wherever it is: ${kind}`, () => {
    let broken = 0;
    fc.assert(
      fc.property(seeds, fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), (seed, picks) => {
        const history = rightHistory(seed);
        let next = 0;
        if (!breakIt(history, (count) => picks[next++ % picks.length]! % count)) return;
        broken++;
        const { violations } = judge(history);
        assert.ok(
          violations.some((violation) => violation.kind === kind),
          `found ${JSON.stringify(violations)}`,
        );
      }),
      { numRuns: 1500 },
    );
    assert.ok(broken > 50, `the generator made ${broken} of them`);
  });
}

test('without positions, loss, repetition and a topic’s order are found', () => {
  for (const kind of ['lost', 'repeated', 'out of order'] as const) {
    const history = withoutIds({
      topics: 1,
      events: [1, 2, 3].map((seq) => ({
        number: seq,
        topic: 0,
        seq,
        outcome: 'acknowledged',
        id: undefined,
      })),
      log: [],
      streams: [
        {
          topics: [0],
          isOwedAll: true,
          isOwedToLast: false,
          saw: { lost: [1, 3], repeated: [1, 2, 3, 2], 'out of order': [1, 3, 2] }[kind].map((seq) => ({
            kind: 'event' as const,
            id: '',
            topic: 0,
            seq,
          })),
        },
      ],
    });
    const { violations } = judge(history, { tellsIds: false });
    assert.deepEqual(
      violations.map(({ kind: found, count }) => [found, count]),
      [[kind, 1]],
    );
  }
});

test('what a gap covers is told, and not lost', () => {
  const recorder = new SeenRecorder(0);
  recorder.addStream([0]);
  recorder.oweAll(0);
  recorder.event(0, 'epochone-1', 0, 1);
  recorder.gap(0, { reason: 'trimmed', from: 'epochone-1', to: 'epochone-2' });
  recorder.event(0, 'epochone-3', 0, 3);
  const publisher = new PublishRecorder(1);
  publisher.acknowledged([1, 2, 3], '{"ids": ["epochone-1", "epochone-2", "epochone-3"]}');
  const report = checkHistory(publisher.history(), [recorder.history()]);
  assert.deepEqual(report, {
    streams: 1,
    owed: 3,
    seen: 2,
    told: 1,
    gaps: 1,
    unknown: 0,
    unknownSeen: 0,
    violations: [],
    isWhole: true,
  });
});

test('10,000 streams of 18,000 events cost a few bytes a stream, and are judged in seconds', () => {
  const topics = 50;
  const perTopic = 360;
  const recorder = new SeenRecorder(0);
  for (let stream = 0; stream < 10_000; stream++) {
    recorder.addStream([stream % topics]);
    recorder.oweAll(stream);
  }
  const publisher = new PublishRecorder(topics);
  let position = 0;
  for (let seq = 1; seq <= perTopic; seq++) {
    for (let topic = 0; topic < topics; topic++) {
      const id = `epochone-${++position}`;
      publisher.acknowledged([(seq - 1) * topics + topic + 1], JSON.stringify({ ids: [id] }));
      for (let stream = topic; stream < 10_000; stream += topics) {
        // One of them misses one.
        if (stream !== 4321 || seq !== 77) recorder.event(stream, id, topic, seq);
      }
    }
  }
  const history = recorder.history();
  const marks = history.streams.reduce((sum, stream) => sum + stream.marks.length, 0);
  assert.equal(marks, 20_002);
  const report = checkHistory(publisher.history(), [history]);
  assert.equal(report.owed, 10_000 * perTopic);
  assert.deepEqual(
    report.violations.map(({ kind, count, streams, examples }) => [kind, count, streams, examples]),
    [['lost', 1, 1, ['stream 4321: event 77 of topic 21 (epochone-3822)']]],
  );
});

test('a bound that is met makes the history not whole', () => {
  const recorder = new SeenRecorder(0, { maxRows: 1 });
  recorder.addStream([0]);
  recorder.event(0, 'epochone-1', 0, 1);
  recorder.event(0, 'epochone-2', 0, 2);
  assert.equal(recorder.history().isWhole, false);
});
