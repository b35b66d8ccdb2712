// Health over HTTP. `/healthz`: the process runs, for liveness. `/readyz`: new streams are welcome and a canary
// event has come back, for readiness. `/healthz/stream`: readiness as a stream, for people and monitors, never
// for a kubelet probe, which reads a body to its end and would fail on one that has none.

import type { ServerResponse } from 'node:http';
import { HoldfastError } from '../base/errors.ts';
import type { HubCore } from '../hub/hub-core.ts';
import { type EventStream, openStream } from './open-stream.ts';
import type { Route } from './route.ts';

export const healthRoute: Route = {
  path: '/healthz',
  methods: ['GET', 'HEAD'],
  answer: ({ res }) => sendStatus(res, { status: 'ok' }),
};

export const readyRoute: Route = {
  path: '/readyz',
  methods: ['GET', 'HEAD'],
  async answer({ res, hub }) {
    await hub.checkReady();
    sendStatus(res, { status: 'ready' });
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
    answer: async ({ req, res }) => {
      this.#hub.shard.checkAdmission();
      if (this.#streams.size >= MAX_HEALTH_STREAMS) {
        throw new HoldfastError(
          'ERR_HUB_FULL',
          `${this.#streams.size} health streams are open, which is the most there may be`,
          'Use /readyz where a single answer is enough.',
        );
      }
      const { stallTimeoutMs, closeTimeoutMs } = this.#times;
      const stream = openStream(req, res, { stallTimeoutMs, closeTimeoutMs });
      if (stream.endReason !== undefined) return;
      this.#streams.add(stream);
      stream.signal.addEventListener('abort', () => this.#remove(stream), { once: true });
      this.#timer ??= setInterval(() => void this.#tellAll(), this.#times.heartbeatMs).unref();
      stream.send({ type: 'health', data: await this.#status() });
    },
  };

  close(): void {
    for (const stream of this.#streams) stream.end('drain');
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

function sendStatus(res: ServerResponse, status: Readonly<Record<string, string>>): void {
  const body = `${JSON.stringify(status)}\n`;
  res.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  res.end(res.req.method === 'HEAD' ? undefined : body);
}
