// What the head of an answer means for who follows a stream: it is one, there will be none, or come back later.

const STREAM_TYPE = 'text/event-stream';
/** A problem document has some hundred bytes; a page of some other server is not read to its end. */
const MAX_DETAIL_BYTES = 8192;
const MAX_DETAIL_LENGTH = 500;
// Timeouts and rate limits pass. So do server errors, except those that say that it can not.
const PASSING = new Set([408, 425, 429]);
const LASTING = new Set([501, 505]);

export type AnswerMeaning =
  | { readonly kind: 'stream'; readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null }
  | { readonly kind: 'complete' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'later'; readonly detail: string; readonly retryAfterMs: number };

/** Reads head and, where it is no stream, the beginning of the body. */
export async function readAnswer(response: Response): Promise<AnswerMeaning> {
  const { status, headers, body } = response;
  const type = headers.get('content-type') ?? '';
  // [html] "If res's status is not 200, or if res's `Content-Type` is not `text/event-stream`, then fail"
  if (status === 200 && type.split(';', 1)[0]!.trim().toLowerCase() === STREAM_TYPE) {
    return { kind: 'stream', body };
  }
  if (status === 204 || status === 200) {
    await body?.cancel();
    if (status === 204) return { kind: 'complete' };
    return { kind: 'refused', detail: `The answer is of type ${type || 'none'}, not ${STREAM_TYPE}` };
  }
  const detail = `${status}${detailOf(await beginningOf(body))}`;
  if (!PASSING.has(status) && (status < 500 || LASTING.has(status))) return { kind: 'refused', detail };
  return { kind: 'later', detail, retryAfterMs: retryAfterMs(headers.get('retry-after')) };
}

async function beginningOf(body: ReadableStream<Uint8Array<ArrayBuffer>> | null): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
    bytes += value.byteLength;
    if (bytes < MAX_DETAIL_BYTES) continue;
    await reader.cancel();
    return text;
  }
}

/** What a problem document (RFC 9457) says; of other bodies nothing, since they are written for others. */
function detailOf(text: string): string {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: unknown; title?: unknown };
    const said = [detail, title].find((part) => typeof part === 'string');
    return said === undefined ? '' : `: ${(said as string).slice(0, MAX_DETAIL_LENGTH)}`;
  } catch {
    // No JSON: the status is what can be said.
    return '';
  }
}

/** [RFC 9110] a number of seconds, or a date. */
function retryAfterMs(value: string | null): number {
  if (value === null) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
