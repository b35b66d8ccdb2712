// Reads back what a frame carries.

import { EventStreamParser } from '../../src/wire/index.ts';

/** The one event of a frame. */
export function decodeFrame(frame: Uint8Array): { id: string; type: string; data: string } {
  const events: { id: string; type: string; data: string }[] = [];
  const parser = new EventStreamParser({
    onEvent: ({ lastEventId, type, data }) => events.push({ id: lastEventId, type, data }),
  });
  parser.push(frame);
  if (events.length !== 1) throw new Error(`Expected a frame of one event, got ${events.length}`);
  return events[0]!;
}
