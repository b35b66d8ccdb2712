// Why a request was refused, in words. EventSource gives up on any answer that is no event stream and does not say
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
// A problem of the hub has some hundred; what stands before it may answer with anything.
const MAX_PROBLEM_BYTES = 65_536;

/** The answer to a question that came too late. */
export const hubTakesStreams: Refusal = { words: 'The hub takes streams again.', mayRecover: true };

const statusWords: Readonly<Record<number, string>> = {
  401: 'whoever answers wants to know who is asking: log in where this page comes from, or bring the token in this page’s URL',
  403: 'reading this is not allowed to whoever is asking',
  404: 'there is no hub at this path: a proxy may send it elsewhere',
  407: 'a proxy wants to know who is asking',
  429: 'too many requests came from here',
  502: 'a proxy answers, and gets no answer from the hub behind it',
  503: 'the hub, or a proxy before it, takes no streams now',
  504: 'a proxy answers, and the hub behind it was too slow for it',
};

export async function explainRefusal(url: string, signal: AbortSignal): Promise<Refusal> {
  const stopReading = new AbortController();
  const limits = AbortSignal.any([signal, stopReading.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  try {
    const answer = await fetch(url, { signal: limits, cache: 'no-store' });
    if (answer.status === 204) return { words: 'All these topics have ended.', mayRecover: false };
    if (typeOf(answer) === 'text/event-stream') return hubTakesStreams;
    return await refusalOf(answer);
  } catch {
    return { words: await wordsOfSilence(url, limits), mayRecover: true };
  } finally {
    // The body may be a stream that never ends.
    stopReading.abort();
  }
}

/** What an answer says that is not the one that was hoped for; reads its body. */
export async function refusalOf(answer: Response): Promise<Refusal> {
  const words = typeOf(answer).endsWith('json') ? await wordsOfProblem(answer) : undefined;
  // A request that is wrong or forbidden stays so; all else may be a hub that starts, is full, or a proxy.
  const isRequestsFault =
    answer.status >= 400 && answer.status < 500 && ![408, 425, 429].includes(answer.status);
  const retryAfterSeconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return {
    words: (words ?? wordsOfStranger(answer)).slice(0, MAX_SHOWN_CHARS),
    mayRecover: !isRequestsFault,
    ...(retryAfterSeconds > 0 ? { retryAfterMs: retryAfterSeconds * 1000 } : {}),
  };
}

const typeOf = (answer: Response) =>
  (answer.headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();

// Nothing came, or a redirect to another site, which this page may not follow.
async function wordsOfSilence(url: string, signal: AbortSignal): Promise<string> {
  try {
    const { type } = await fetch(url, { signal, cache: 'no-store', redirect: 'manual' });
    if (type === 'opaqueredirect') {
      return 'The answer sends the browser to another page, such as one to log in: open that, then come back.';
    }
  } catch {
    // It says no more than the first time.
  }
  return `No answer from ${location.host}: nothing listens there, or the network is cut.`;
}

async function wordsOfProblem(answer: Response): Promise<string | undefined> {
  try {
    const text = await answer.text();
    if (text.length > MAX_PROBLEM_BYTES) return undefined;
    const { title, detail, help, code } = JSON.parse(text) as Record<string, unknown>;
    const sentences = [title, detail, help].filter((part) => typeof part === 'string' && part !== '');
    if (sentences.length === 0) return undefined;
    const words = sentences.map((part) => String(part).replace(/[.\s]+$/, '')).join('. ');
    return typeof code === 'string' ? `${words}. (${answer.status}, ${code})` : `${words}.`;
  } catch {
    return undefined;
  }
}

function wordsOfStranger(answer: Response): string {
  const type = typeOf(answer);
  const what = type === 'text/html' ? 'a web page' : type === '' ? 'nothing that has a type' : type;
  const why = statusWords[answer.status];
  if (why !== undefined) return `The answer is ${answer.status} with ${what}: ${why}.`;
  return `The answer is ${answer.status} with ${what}, not an event stream: this is no hub, or something stands before it.`;
}
