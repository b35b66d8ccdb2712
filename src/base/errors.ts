// Every operational failure that Holdfast reports, as one class with a code. docs/errors.md has a heading for
// each code, and a test compares the two. A programmer's mistake is a TypeError or RangeError instead, and the
// end of a stream is data (an end reason), not an error.

interface ErrorKind {
  /** What went wrong, the same for every instance. */
  readonly title: string;
  /** The HTTP status that carries it; absent where it never travels over HTTP. */
  readonly status?: number;
}

export const errorKinds = {
  ERR_BAD_REQUEST: { title: 'The request is not valid HTTP/1.1', status: 400 },
  ERR_BAD_JSON: { title: 'The body is not valid JSON', status: 400 },
  ERR_BAD_EVENT: { title: 'An event is not well formed', status: 400 },
  ERR_BAD_TOPIC: { title: 'A topic is not well formed', status: 400 },
  ERR_BAD_PATTERN: { title: 'A pattern is not well formed', status: 400 },
  ERR_BAD_QUERY: { title: 'A query parameter is not usable', status: 400 },
  ERR_NO_TOPIC: { title: 'The request names no topic', status: 400 },
  ERR_TOO_MANY_TOPICS: { title: 'The request names too many topics', status: 400 },
  ERR_PIPELINED_STREAM: { title: 'A stream cannot be pipelined behind another answer', status: 400 },
  ERR_UNAUTHORIZED: { title: 'The request carries no usable credentials', status: 401 },
  ERR_FORBIDDEN: { title: 'The grant does not cover the request', status: 403 },
  ERR_NOT_FOUND: { title: 'There is no such route', status: 404 },
  ERR_METHOD_NOT_ALLOWED: { title: 'The route does not take this method', status: 405 },
  ERR_REQUEST_TIMEOUT: { title: 'The request did not arrive in time', status: 408 },
  ERR_BODY_TIMEOUT: { title: 'The body did not arrive in time', status: 408 },
  ERR_TOPIC_ENDED: { title: 'The topic has ended', status: 409 },
  ERR_KEY_CONFLICT: { title: 'The key was used for another event', status: 409 },
  ERR_EVENT_TOO_LARGE: { title: 'An event is too large', status: 413 },
  ERR_BATCH_TOO_LARGE: { title: 'The batch has too many events', status: 413 },
  ERR_BODY_TOO_LARGE: { title: 'The body is too large', status: 413 },
  ERR_BAD_CONTENT_TYPE: { title: 'The content type is not supported', status: 415 },
  ERR_HEAD_TOO_LARGE: { title: 'The request head is too large', status: 431 },
  ERR_BODY_READ: { title: 'The body was read before the hub could', status: 500 },
  ERR_INTERNAL: { title: 'The hub failed', status: 500 },
  ERR_HUB_CLOSED: { title: 'The hub is closing', status: 503 },
  ERR_HUB_FULL: { title: 'The hub holds as many streams as it may', status: 503 },
  ERR_HUB_BUSY: { title: 'The hub takes no more streams at this moment', status: 503 },
  ERR_NOT_READY: { title: 'The hub is not ready', status: 503 },
  ERR_LOG_WRITE: { title: 'The log cannot be written', status: 503 },
  ERR_LOG_STUCK: { title: 'The log does not answer', status: 503 },
  ERR_LOG_FULL: { title: 'The log has no room', status: 507 },
  ERR_LOG_DAMAGED: { title: 'The log is damaged' },
  ERR_LOG_FORMAT: { title: 'The folder holds no log that can be read' },
  ERR_LOG_IN_USE: { title: 'The log folder is in use' },
  ERR_HEAD_SENT: { title: 'The response has already begun' },
  ERR_LISTEN: { title: 'The address cannot be listened on' },
  ERR_NOT_AUTHORISED_BEYOND_LOOPBACK: { title: 'The hub would be open to the network' },
  ERR_WORKER_LOST: { title: 'A worker of the hub ended' },
  ERR_USAGE: { title: 'The command line is not usable' },
  ERR_UNREACHABLE: { title: 'The hub does not answer' },
  ERR_REFUSED: { title: 'The hub refused the request' },
  ERR_LIMIT: { title: 'The machine cannot run that' },
  ERR_NOT_A_STREAM: { title: 'The answer is no event stream' },
  ERR_BAD_FAULT: { title: 'A fault is not well formed', status: 400 },
  ERR_NO_SUCH_FAULT: { title: 'There is no such fault', status: 404 },
  ERR_FAULT_UNAVAILABLE: { title: 'The fault cannot be made here' },
  ERR_FAULT_FAILED: { title: 'The fault could not be made, or not be undone' },
  ERR_BAD_SCENARIO: { title: 'The scenario is not usable' },
  ERR_GENERATOR_LOST: { title: 'A process of the load generator was lost' },
  ERR_FILE: { title: 'A file cannot be read or written' },
  ERR_NO_RESULT: { title: 'A file holds no result' },
  ERR_NO_CAPTURE: { title: 'A file holds no capture' },
  ERR_OLD_NODE: { title: 'This Node.js is too old' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

interface ErrorDetails {
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
}

/**
 * An operational failure: something that a correct program can meet.
 *
 * `message` says what happened, with the value; `help` says what to do about it.
 */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly code: ErrorCode;
  readonly help: string;
  /** When it is worth trying again, in milliseconds, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, help: string, options?: ErrorDetails) {
    super(message, options);
    this.code = code;
    this.help = help;
    this.retryAfterMs = options?.retryAfterMs;
  }

  get title(): string {
    return errorKinds[this.code].title;
  }

  /** The HTTP status for this failure; 500 for one that was not meant to travel over HTTP. */
  get status(): number {
    const kind: ErrorKind = errorKinds[this.code];
    return kind.status ?? 500;
  }
}
