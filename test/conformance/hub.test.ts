// What a hub writes, read by parsers that are not ours: whatever is published, one event comes out, with the
// data of the case and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readEvents } from '../support/event-reader.ts';
import { startHub } from '../support/hub-server.ts';
import { waitFor } from '../support/wait-for.ts';

const lineEnds = /\r\n|\r|\n/g;
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      ':',
      ' ',
      '\0',
      '\ufeff',
      'data: ',
      'id: 9\n',
      'event: x\n',
      '\n\n',
      'é',
      '😀',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
  ),
  maxLength: 20,
});
const eventType = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((type) => {
  return !/\p{Cc}/u.test(type) && type !== 'holdfast' && Buffer.byteLength(type) <= 256;
});

test('whatever is published, another parser reads the same events from the stream', async (t) => {
  const { hub, url } = await startHub(t);
  const reader = await readEvents(t, `${url}/stream?topic=a`);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ data: hostile, type: fc.option(eventType, { nil: undefined }) }), {
        minLength: 1,
      }),
      async (events) => {
        reader.received.length = 0;
        const ids = await hub.publish(events.map((event) => ({ topic: 'a', ...event })));
        await waitFor('the events', () => reader.received.length >= events.length);
        assert.deepEqual(
          reader.received,
          events.map(({ data, type = 'message' }, i) => ({
            id: ids[i],
            type,
            data: data.replace(lineEnds, '\n'),
          })),
        );
      },
    ),
    { numRuns: 200 },
  );
});
