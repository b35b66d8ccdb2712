// Why the hub refused a stream. EventSource gives up on any answer that is no event stream and does not say
// what it was, so the same URL is asked once more by fetch, only to read the answer.

export interface Refusal {
  readonly words: string;
  /** Whether a later attempt can end better without a change by a person. */
  readonly mayRecover: boolean;
  /** How long the hub asks to wait. */
  readonly retryAfterMs?: number;
}

const ANSWER_TIMEOUT_MS = 10_000;
const MAX_SHOWN_CHARS = 500;

export async function explainRefusal(url: string, signal: AbortSignal): Promise<Refusal> {
  const stopReading = new AbortController();
  const signals = [signal, stopReading.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)];
  try {
    const answer = await fetch(url, { signal: AbortSignal.any(signals), cache: 'no-store' });
    return await refusalOf(answer);
  } catch {
    return { words: 'The hub does not answer.', mayRecover: true };
  } finally {
    // The body may be a stream that never ends.
    stopReading.abort();
  }
}

async function refusalOf(answer: Response): Promise<Refusal> {
  const contentType = answer.headers.get('content-type') ?? '';
  if (answer.status === 204) return { words: 'All these topics have ended.', mayRecover: false };
  if (contentType.startsWith('text/event-stream'))
    return { words: 'The hub takes streams again.', mayRecover: true };
  const words = contentType.startsWith('application/problem+json')
    ? wordsOfProblem(await answer.json())
    : `The answer is ${answer.status} ${contentType || 'without a type'}: this is no hub, or something stands before it.`;
  // A request that is wrong or forbidden stays so; all else may be a hub that starts, is full, or a proxy.
  const isRequestsFault =
    answer.status >= 400 && answer.status < 500 && ![408, 425, 429].includes(answer.status);
  const retryAfterSeconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return {
    words: words.slice(0, MAX_SHOWN_CHARS),
    mayRecover: !isRequestsFault,
    ...(retryAfterSeconds > 0 ? { retryAfterMs: retryAfterSeconds * 1000 } : {}),
  };
}

function wordsOfProblem(problem: unknown): string {
  const { title, detail, help } = (problem ?? {}) as Record<string, unknown>;
  const parts = [title, detail, help].filter((part) => typeof part === 'string' && part !== '');
  return parts.length === 0 ? 'The hub refused the stream and gave no reason.' : parts.join('. ');
}
