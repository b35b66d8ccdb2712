// What a route answers, before it is known what carries it: a socket, node:http or a web Response.

import type { Outlet } from '../hub/outlet.ts';

export interface WholeAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for an answer that has none, such as 204. */
  readonly body: string | Uint8Array | undefined;
}

/** A stream, with status 200. */
export interface StreamAnswer {
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Checks that there is still room, has `carry` send the head, and opens the stream on its outlet.
   *
   * @throws HoldfastError before `carry` is called, and what `carry` throws.
   */
  readonly open: (carry: () => Outlet) => void;
}

export type Answer = WholeAnswer | StreamAnswer;

export function isStream(answer: Answer): answer is StreamAnswer {
  return 'open' in answer;
}
