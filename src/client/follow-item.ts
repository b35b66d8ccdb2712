// Everything that following a stream can tell, as values. Nothing of it is an error: a stream that ends is data.

import type { ControlEvent } from '../wire/index.ts';

/** An event of the application. */
export interface ReceivedEvent {
  readonly kind: 'event';
  /** The stream is complete up to here; empty when the server gives no ids. */
  readonly id: string;
  /** `message` when the server gave none. */
  readonly type: string;
  readonly data: string;
}

/** A stream is open. */
export interface Opened {
  readonly kind: 'open';
  /** What it was asked to go on after; empty for a fresh one. */
  readonly lastEventId: string;
}

/** A block was larger than `maxEventBytes`, and was left out. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly reason: 'event-too-large';
  readonly limitBytes: number;
}

/** There is no stream now; another one is asked for after `delayMs`. */
export interface Lost {
  readonly kind: 'lost';
  /**
   * `over`: the server ended it in the normal way. `cut`: the connection broke. `silent`: nothing came, not even a
   * heartbeat. `unreachable`: no connection. `late`: no answer in time. `status`: an answer that says to come back
   * later. `headers`: the function that makes the headers failed.
   */
  readonly reason: 'over' | 'cut' | 'silent' | 'unreachable' | 'late' | 'status' | 'headers';
  /** One sentence for a person. */
  readonly detail: string;
  readonly delayMs: number;
}

/** The last item: there will be no stream any more. */
export interface Closed {
  readonly kind: 'closed';
  /**
   * `complete`: the server has nothing more to give (204). `aborted`: by `close()` or the signal. `refused`: an answer
   * that coming back will not change. `gave-up`: `maxFailures` attempts in a row.
   */
  readonly reason: 'complete' | 'aborted' | 'refused' | 'gave-up';
  /** The status of the answer, where there was one. */
  readonly status: number | undefined;
  /** One sentence for a person. */
  readonly detail: string;
}

/** Control events come as they are in `holdfast/wire`, with the id up to which the stream is complete. */
export type FollowItem =
  | Opened
  | ReceivedEvent
  | (ControlEvent & { readonly id: string })
  | Skipped
  | Lost
  | Closed;
