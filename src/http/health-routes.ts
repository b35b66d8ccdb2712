// Health over HTTP. `/healthz`: the process runs, for liveness. `/readyz`: new streams are welcome and a canary
// event has come back, for readiness. `/healthz/stream`: readiness as a stream, for people and monitors, never
// for a kubelet probe, which reads a body to its end and would fail on one that has none.

import { HoldfastError } from '../base/errors.ts';
import type { HubCore } from '../hub/hub-core.ts';
import type { WholeAnswer } from './answer.ts';
import { openOn } from './open-stream.ts';
import type { EventStream } from './own-stream.ts';
import type { Route } from './route.ts';
import { STREAM_HEADERS } from './stream-headers.ts';

export const healthRoute: Route = {
  path: '/healthz',
  methods: ['GET', 'HEAD'],
  answer: () => statusAnswer({ status: 'ok' }),
};

export const readyRoute: Route = {
  path: '/readyz',
  methods: ['GET', 'HEAD'],
  async answer({ hub }) {
    await hub.checkReady();
    return statusAnswer({ status: 'ready' });
  },
};

interface HealthTimes {
  readonly heartbeatMs: number;
  readonly stallTimeoutMs: number;
  readonly closeTimeoutMs: number;
}

// Monitors and people, not the public: one open stream each.
const MAX_HEALTH_STREAMS = 100;

/** `/healthz/stream` of one hub: all its streams are told together, at each heartbeat and when they open. */
export class HealthStreams {
  readonly #hub: HubCore;
  readonly #times: HealthTimes;
  readonly #streams = new Set<EventStream>();
  #timer: NodeJS.Timeout | undefined;

  constructor(hub: HubCore, times: HealthTimes) {
    this.#hub = hub;
    this.#times = times;
  }

  readonly route: Route = {
    path: '/healthz/stream',
    methods: ['GET'],
    answer: () => {
      this.#checkAdmission();
      return {
        headers: STREAM_HEADERS,
        open: (carry) => {
          this.#checkAdmission();
          const { stallTimeoutMs, closeTimeoutMs } = this.#times;
          this.#add(openOn(carry(), { stallTimeoutMs, closeTimeoutMs }));
        },
      };
    },
  };

  close(): void {
    for (const stream of this.#streams) stream.end('drain');
  }

  #checkAdmission(): void {
    this.#hub.shard.checkAdmission();
    if (this.#streams.size < MAX_HEALTH_STREAMS) return;
    throw new HoldfastError(
      'ERR_HUB_FULL',
      `${this.#streams.size} health streams are open, which is the most there may be`,
      'Use /readyz where a single answer is enough.',
    );
  }

  #add(stream: EventStream): void {
    this.#streams.add(stream);
    stream.signal.addEventListener('abort', () => this.#remove(stream), { once: true });
    this.#timer ??= setInterval(() => void this.#tellAll(), this.#times.heartbeatMs).unref();
    void this.#status().then((data) => stream.send({ type: 'health', data }));
  }

  #remove(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #tellAll(): Promise<void> {
    const data = await this.#status();
    for (const stream of this.#streams) stream.send({ type: 'health', data });
  }

  async #status(): Promise<{ status: string; code?: string; detail?: string; streams: number }> {
    const { streams } = this.#hub.stats();
    try {
      await this.#hub.checkReady();
      return { status: 'ready', streams };
    } catch (error) {
      if (!(error instanceof HoldfastError)) return { status: 'not ready', code: 'ERR_INTERNAL', streams };
      return { status: 'not ready', code: error.code, detail: error.message, streams };
    }
  }
}

function statusAnswer(status: Readonly<Record<string, string>>): WholeAnswer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status: 200, headers, body: `${JSON.stringify(status)}\n` };
}
