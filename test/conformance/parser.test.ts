// Every conformance case on our parser, in every chunking that could matter, and on two readers that others
// wrote. Where one of those is known to be wrong, the case says why, and it must still be wrong.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { EventSource } from 'eventsource';
import { createParser } from 'eventsource-parser';
import { EventStreamParser } from '../../src/wire/parser.ts';
import { type CaseEvent, type ConformanceCase, loadConformanceCases } from '../support/conformance-cases.ts';

interface Answer {
  events: CaseEvent[];
  cursors: string[];
  retries: number[];
  comments: string[];
  lastEventId: string;
}

const cases = loadConformanceCases();

function expectedOf({ events, cursors, retries, comments, lastEventId }: ConformanceCase): Answer {
  return structuredClone({ events, cursors, retries, comments, lastEventId }) as Answer;
}

function askHoldfast(chunks: Iterable<Uint8Array>): Answer {
  const answer: Answer = { events: [], cursors: [], retries: [], comments: [], lastEventId: '' };
  const parser = new EventStreamParser({
    onEvent: (event) => answer.events.push(event),
    onCursor: (id) => answer.cursors.push(id),
    onRetry: (retryMs) => answer.retries.push(retryMs),
    onComment: (text) => answer.comments.push(text),
  });
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return { ...answer, lastEventId: parser.lastEventId };
}

function askEventSourceParser(bytes: Uint8Array): Answer {
  const answer: Answer = { events: [], cursors: [], retries: [], comments: [], lastEventId: '' };
  // It says an id just before its event, and does not say whether an event follows.
  let idWithoutEvent: string | undefined;
  const endCursor = () => {
    if (idWithoutEvent !== undefined) answer.cursors.push(idWithoutEvent);
    idWithoutEvent = undefined;
  };
  const parser = createParser({
    onId: (id) => {
      endCursor();
      idWithoutEvent = id;
      answer.lastEventId = id;
    },
    onEvent: ({ event, data, id }) => {
      if (id === undefined) endCursor();
      idWithoutEvent = undefined;
      answer.events.push({ type: event ?? 'message', data, lastEventId: answer.lastEventId });
    },
    onRetry: (retryMs) => answer.retries.push(retryMs),
    onComment: (text) => answer.comments.push(text),
  });
  parser.feed(new TextDecoder().decode(bytes));
  endCursor();
  return answer;
}

/** What an EventSource shows: its events, and on the next connection its delay and its Last-Event-ID. */
type EventSourceAnswer = Pick<Answer, 'events' | 'lastEventId'> & { retryMs: number };
const DEFAULT_RETRY_MS = 3000;

async function askEventSource(t: TestContext, bytes: Uint8Array): Promise<EventSourceAnswer> {
  const { promise: reconnected, resolve } = Promise.withResolvers<string>();
  const events: CaseEvent[] = [];
  let retryMs = -1;
  let connections = 0;
  // Reconnects at once, and says what it would have waited.
  t.mock.method(globalThis, 'setTimeout', (reconnect: () => void, delayMs: number) => {
    retryMs = delayMs;
    queueMicrotask(reconnect);
  });
  const source = new EventSource('http://conformance.invalid/', {
    fetch: (_url, init) => {
      connections++;
      if (connections === 2) {
        // Not through Headers, which trims: the id goes out as UTF-8, one character a byte.
        const header = (init.headers as Record<string, string>)['Last-Event-ID'] ?? '';
        resolve(Buffer.from(header, 'latin1').toString());
      }
      if (connections > 1) return new Promise<Response>(() => {});
      const headers = { 'content-type': 'text/event-stream' };
      return Promise.resolve(new Response(new Blob([Uint8Array.from(bytes)]).stream(), { headers }));
    },
  });
  // Listening to every type at once is not possible, so the call that all events go through is watched.
  source.dispatchEvent = (event) => {
    if (event instanceof MessageEvent) {
      events.push({ type: event.type, data: event.data, lastEventId: event.lastEventId });
    }
    return true;
  };
  const lastEventId = await reconnected;
  source.close();
  return { events, lastEventId, retryMs };
}

describe('the conformance cases', () => {
  it('are at least 60, and no two have the same name or the same bytes', () => {
    assert.ok(cases.length >= 60);
    assert.equal(new Set(cases.map(({ file, title }) => `${file}: ${title}`)).size, cases.length);
    assert.equal(new Set(cases.map(({ bytes }) => Buffer.from(bytes).toString('base64'))).size, cases.length);
  });
});

describe('EventStreamParser conforms', () => {
  for (const example of cases) {
    it(`${example.file}: ${example.title}`, () => {
      const { bytes } = example;
      const expected = expectedOf(example);
      const message = (chunking: string) => `${chunking}: ${example.rule}`;
      const check = (chunks: Iterable<Uint8Array>, chunking: string) =>
        assert.deepEqual(askHoldfast(chunks), expected, message(chunking));
      assert.deepEqual(askHoldfast([bytes]), expected);
      check(
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
        'byte by byte',
      );
      for (let cut = 0; cut <= bytes.length; cut++) {
        check([bytes.subarray(0, cut), bytes.subarray(cut)], `cut at ${cut}`);
      }
    });
  }
});

describe('eventsource-parser agrees', () => {
  for (const example of cases) {
    const difference = example.differs['eventsource-parser'];
    it(`${example.file}: ${example.title}${difference === undefined ? '' : `, but ${difference}`}`, () => {
      const answer = askEventSourceParser(example.bytes);
      if (difference === undefined) assert.deepEqual(answer, expectedOf(example));
      else assert.notDeepEqual(answer, expectedOf(example));
    });
  }
});

describe('eventsource agrees', () => {
  for (const example of cases) {
    const difference = example.differs.eventsource;
    it(`${example.file}: ${example.title}${difference === undefined ? '' : `, but ${difference}`}`, async (t) => {
      const answer = await askEventSource(t, example.bytes);
      const { events, lastEventId, retries } = expectedOf(example);
      const expected = { events, lastEventId, retryMs: retries.at(-1) ?? DEFAULT_RETRY_MS };
      if (difference === undefined) assert.deepEqual(answer, expected);
      else assert.notDeepEqual(answer, expected);
    });
  }
});
