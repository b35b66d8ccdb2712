// Two EventSources behind one face: the native one of Chromium and the npm package `eventsource`. Each keeps
// all that arrives, so that a test can compare the whole list and not only wait for the event it hopes for.

import { EventSource } from 'eventsource';
import type { Page } from 'playwright-core';
import { waitFor } from './wait-for.ts';

const WAIT_TIMEOUT_MS = 20_000;

export interface Arrival {
  readonly type: string;
  readonly data: string;
  readonly id: string;
}

export interface EventSourceClient {
  /** Everything so far, in the order of arrival. */
  arrivals(): Promise<readonly Arrival[]>;
  /** Times that a connection was established. */
  opened(): Promise<number>;
  close(): Promise<void>;
}

/** Waits until an event with this data has arrived, and returns all that arrived so far. */
export async function arrivalsUntil(client: EventSourceClient, data: string): Promise<readonly Arrival[]> {
  const until = async () => {
    const arrivals = await client.arrivals();
    return arrivals.some((arrival) => arrival.data === data) && arrivals;
  };
  return await waitFor(`the event ${data}`, until, WAIT_TIMEOUT_MS);
}

export function npmEventSource(url: string): EventSourceClient {
  const source = new EventSource(url);
  const arrivals: Arrival[] = [];
  let opened = 0;
  for (const type of ['message', 'holdfast']) {
    source.addEventListener(type, (event) => {
      arrivals.push({ type, data: String(event.data), id: event.lastEventId });
    });
  }
  source.addEventListener('open', () => {
    opened++;
  });
  return {
    arrivals: async () => arrivals,
    opened: async () => opened,
    close: async () => source.close(),
  };
}

/** @param page one that was loaded from the origin of `url` */
export async function nativeEventSource(page: Page, url: string): Promise<EventSourceClient> {
  const client = await page.evaluateHandle((streamUrl) => {
    const source = new globalThis.EventSource(streamUrl);
    const seen = { source, arrivals: [] as Arrival[], opened: 0 };
    for (const type of ['message', 'holdfast']) {
      source.addEventListener(type, (event) => {
        const { data, lastEventId } = event as Event & { data: string; lastEventId: string };
        seen.arrivals.push({ type, data, id: lastEventId });
      });
    }
    source.addEventListener('open', () => {
      seen.opened++;
    });
    return seen;
  }, url);
  return {
    arrivals: () => client.evaluate(({ arrivals }) => arrivals),
    opened: () => client.evaluate(({ opened }) => opened),
    close: () => client.evaluate(({ source }) => source.close()),
  };
}
