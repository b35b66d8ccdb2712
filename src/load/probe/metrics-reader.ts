// Asks a server for its metrics, each second: bounded in size and time, and a failure costs only these figures. What is
// wrong is said once; a run goes on without. Each second also where samples are rarer: the heap is worth most right
// after a collection, and a busy server's grows by some 100 KiB a second from there.

import { get } from 'node:http';
import { get as getOverTls } from 'node:https';
import type { RuntimeFigures } from '../result.ts';
import { parsePrometheusText } from './prometheus-text.ts';
import {
  type RuntimeMetrics,
  runtimeFigures,
  runtimeMetricNames,
  runtimeMetricsOf,
} from './runtime-metrics.ts';
import { RuntimeTotals } from './runtime-totals.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const LONGEST_MS = 2000;
const LOOK_MS = 1000;

export interface MetricsReaderOptions {
  readonly url: string;
  /** A sample waits at most half of this for the answer. */
  readonly sampleMs: number;
  readonly onProblem: (text: string) => void;
}

export class MetricsReader {
  readonly #url: string;
  readonly #timeoutMs: number;
  readonly #onProblem: (text: string) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #before: RuntimeMetrics | undefined;
  #told = new RuntimeTotals(Math.min);
  #looking: Promise<void> | undefined;
  #isSaid = false;

  constructor({ url, sampleMs, onProblem }: MetricsReaderOptions) {
    this.#url = url;
    this.#timeoutMs = Math.min(sampleMs / 2, LONGEST_MS);
    this.#onProblem = onProblem;
    if (sampleMs > LOOK_MS) this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  /** What the server's runtime told since the read before, of heaps the lowest; undefined when nothing was to be had. */
  async read(): Promise<RuntimeFigures | undefined> {
    await this.#look();
    const { figures } = this.#told;
    this.#told = new RuntimeTotals(Math.min);
    return figures;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** One at a time: a slow page is not asked again before it has answered. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const text = await this.#fetch();
    if (text === undefined) return;
    const { metrics, problems } = parsePrometheusText(text, runtimeMetricNames);
    if (problems.length > 0) this.#say(`has lines that cannot be read, such as ${problems[0]}`);
    const now = runtimeMetricsOf(metrics);
    const figures = runtimeFigures(now, this.#before);
    this.#before = now;
    if (Object.values(now).some((value) => value !== undefined)) this.#told.add(figures);
    else this.#say('tells of no heap, garbage collection or event-loop delay that is known here');
  }

  async #fetch(): Promise<string | undefined> {
    try {
      return await fetchText(this.#url, AbortSignal.timeout(this.#timeoutMs));
    } catch (error) {
      const { name, message } = error as Error;
      const isLate = name === 'AbortError' || name === 'TimeoutError';
      this.#say(isLate ? `did not answer within ${this.#timeoutMs} ms` : `cannot be read: ${message}`);
      return undefined;
    }
  }

  #say(what: string): void {
    if (this.#isSaid) return;
    this.#isSaid = true;
    this.#onProblem(`The metrics page ${what}; the run goes on, and this is said once`);
  }
}

function fetchText(url: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? getOverTls : get)(
      url,
      { signal, agent: false, headers: { accept: 'text/plain;version=0.0.4' } },
      (response) => {
        const { statusCode } = response;
        const chunks: Buffer[] = [];
        let bytes = 0;
        const fail = (what: string) => request.destroy(new Error(what));
        // A limit on the whole answer, whatever its header promises.
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_BYTES) fail(`it is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
          else chunks.push(chunk);
        });
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
        response.on('error', reject);
        if (statusCode !== 200) fail(`status ${statusCode}`);
      },
    );
    request.on('error', reject);
  });
}
