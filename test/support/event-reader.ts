// Reads a stream over HTTP with a parser that is not ours, so that both sides cannot share a mistake.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createParser } from 'eventsource-parser';
import { waitFor } from './wait-for.ts';

export interface ReceivedEvent {
  readonly id: string | undefined;
  readonly type: string;
  readonly data: string;
}

export class EventReader {
  readonly received: ReceivedEvent[] = [];
  /** Bytes have arrived: the hub has the subscription. */
  begun = false;
  /** The body is over. */
  ended = false;
  /** What went wrong with the body; a body that ends as it should leaves this undefined. */
  error: unknown;

  async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    const parser = createParser({
      onEvent: ({ id, event = 'message', data }) => this.received.push({ id, type: event, data }),
    });
    try {
      for await (const chunk of body) {
        this.begun = true;
        parser.feed(decoder.decode(chunk, { stream: true }));
      }
    } catch (error) {
      this.error = error;
    }
    this.ended = true;
  }
}

/** Opens a stream, and returns when its first bytes are here. It is closed with the test. */
export async function readEvents(t: TestContext, url: string): Promise<EventReader> {
  const abort = new AbortController();
  t.after(() => abort.abort());
  const response = await fetch(url, { signal: abort.signal });
  assert.equal(response.status, 200, `GET ${url}`);
  assert.ok(response.body);
  const reader = new EventReader();
  void reader.read(response.body);
  await waitFor(`the first bytes of ${url}`, () => reader.begun);
  return reader;
}
