// One POST to the publish route of a hub. A refusal is an answer like any other, and returned; that no answer
// came is an error. It never tries again by itself: whoever calls knows what a repeat would mean.

import { formatDuration } from '../base/duration.ts';
import { HoldfastError } from '../base/errors.ts';
import { routeUrl } from './hub-url.ts';

const ANSWER_TIMEOUT_MS = 30_000;

/** The ids of 10,000 events take 300 KiB. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** What a hub says when it does not take a request. */
export interface Refusal {
  readonly status: number;
  readonly detail: string;
  readonly help: string;
}

export type HeaderList = readonly (readonly [name: string, value: string])[];

export type PublishAnswer = { readonly ids: readonly string[] } | { readonly refusal: Refusal };

/**
 * Publishes a body that is one JSON event or NDJSON.
 *
 * @param stop gives up when it is aborted
 * @throws HoldfastError `ERR_UNREACHABLE` when no answer comes; the events may or may not be published then.
 */
export async function postEvents(
  hubUrl: URL,
  contentType: 'application/json' | 'application/x-ndjson',
  body: string,
  headers: HeaderList = [],
  stop?: AbortSignal,
): Promise<PublishAnswer> {
  const url = routeUrl(hubUrl, 'publish');
  const late = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: [
        ...headers.map(([name, value]): [string, string] => [name, value]),
        ['content-type', contentType],
      ],
      body,
      // A redirect would turn the POST into a GET.
      redirect: 'manual',
      signal: stop === undefined ? late : AbortSignal.any([late, stop]),
    });
    return readAnswer(response.status, await readText(response), url);
  } catch (error) {
    throw new HoldfastError(
      'ERR_UNREACHABLE',
      `No answer from ${url.origin}: ${whyUnreachable(error as Error)}`,
      'Start a hub with `holdfast serve`, or say where it is with --url',
      { cause: error },
    );
  }
}

/** Reads the answer of a hub, or of whatever else listens there. */
export function readAnswer(status: number, text: string, url: URL): PublishAnswer {
  const answer = parseObject(text);
  if (status === 200 && Array.isArray(answer.ids) && answer.ids.every((id) => typeof id === 'string')) {
    return { ids: answer.ids };
  }
  const isProblem = typeof answer.code === 'string' && typeof answer.detail === 'string';
  if (status === 200 || !isProblem) {
    const detail = `${url.href} answered with status ${status}, and not as a hub does`;
    return { refusal: { status, detail, help: 'Check that --url names a Holdfast hub' } };
  }
  const help = typeof answer.help === 'string' ? answer.help : '';
  return { refusal: { status, detail: answer.detail as string, help } };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // Not JSON: a page of some other server. The status is what can be said about it.
    return {};
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer is too long for that of a hub');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name has no address',
  EAI_AGAIN: 'the name cannot be looked up now',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_CONNECT_TIMEOUT: 'it cannot be connected to in time',
};

/** What Node.js says of a connection, in words where they are known. */
export function inWords(detail: string): string {
  return Object.entries(reasons).find(([code]) => detail.includes(code))?.[1] ?? detail;
}

// With these there was no connection, so the request never left.
const withoutConnection = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Whether the hub may have taken the events although no answer came. */
export function mayBePublished(failure: HoldfastError): boolean {
  const cause = (failure.cause as Error | undefined)?.cause as NodeJS.ErrnoException | undefined;
  return !withoutConnection.has(cause?.code ?? '');
}

function whyUnreachable(error: Error): string {
  if (error.name === 'TimeoutError') return `none came within ${formatDuration(ANSWER_TIMEOUT_MS)}`;
  // fetch says only "fetch failed"; the cause says why.
  const cause = (error.cause ?? error) as NodeJS.ErrnoException;
  return reasons[cause.code ?? ''] ?? cause.message;
}
