// Publishers that each wait for their answer before they send the next: what a hub acknowledges at most, and how long one
// publish takes. They run in the bench's process, over node:http with one kept connection each.

import { Agent, request } from 'node:http';

const ANSWER_TIMEOUT_MS = 30_000;

export interface PublisherPlan {
  readonly port: number;
  readonly publishers: number;
  /** Events of each publish. */
  readonly batch: number;
  readonly payloadBytes: number;
  readonly topics: number;
  readonly seconds: number;
}

export interface PublisherFigures {
  readonly acknowledged: number;
  readonly eventsPerSecond: number;
  /** How long each publish took. */
  readonly takenUs: readonly number[];
}

/** @throws Error when one is refused or not answered in time. */
export async function publishClosed(plan: PublisherPlan, signal: AbortSignal): Promise<PublisherFigures> {
  const takenUs: number[] = [];
  const startMs = performance.now();
  const untilMs = startMs + plan.seconds * 1000;
  const publisher = async (nth: number) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = bodyOf(plan, nth);
    try {
      while (performance.now() < untilMs && !signal.aborted) {
        const sentMs = performance.now();
        await post(plan.port, body, agent);
        takenUs.push((performance.now() - sentMs) * 1000);
      }
    } finally {
      agent.destroy();
    }
  };
  await Promise.all(Array.from({ length: plan.publishers }, (_, nth) => publisher(nth)));
  signal.throwIfAborted();
  const acknowledged = takenUs.length * plan.batch;
  return { acknowledged, eventsPerSecond: acknowledged / ((performance.now() - startMs) / 1000), takenUs };
}

// The same bytes each time: the bench's own work must not be what is measured.
function bodyOf({ batch, payloadBytes, topics }: PublisherPlan, nth: number): Buffer {
  const events = Array.from({ length: batch }, (_, i) => ({
    topic: `bench/${(nth * batch + i) % topics}`,
    data: 'x'.repeat(payloadBytes),
  }));
  return Buffer.from(JSON.stringify(events.length === 1 ? events[0] : events));
}

function post(port: number, body: Buffer, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.byteLength };
    const options = { port, host: '127.0.0.1', path: '/publish', method: 'POST', agent, headers };
    const asked = request({ ...options, timeout: ANSWER_TIMEOUT_MS }, (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`a publish was answered with ${response.statusCode}`));
      });
    });
    asked.once('error', reject);
    asked.once('timeout', () =>
      asked.destroy(new Error(`a publish had no answer in ${ANSWER_TIMEOUT_MS} ms`)),
    );
    asked.end(body);
  });
}
