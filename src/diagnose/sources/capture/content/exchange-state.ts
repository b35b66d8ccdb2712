// A request and its response while they are read.

import type { Exchange, RequestHead, ResponseHead, Side, StreamReset } from '../../../evidence.ts';
import type { Allowance } from '../flow/allowance.ts';
import { BurstLog } from '../flow/burst-log.ts';
import type { Moment } from './content-half.ts';

const MAX_PROBLEMS = 8;
const MAX_RESETS = 8;

export type Framing = NonNullable<Exchange['framing']>;
export type Head<Evidence> = Omit<Evidence, 'ref' | 'atMs'> & { readonly at: Moment };

export class ExchangeState {
  readonly id: number;
  protocol: Exchange['protocol'];
  request: Head<RequestHead> | undefined = undefined;
  response: Head<ResponseHead> | undefined = undefined;
  framing: Framing | undefined = undefined;
  contentLength: number | undefined = undefined;
  bodyBytes = 0;
  complete: Moment | undefined = undefined;
  requestComplete: Moment | undefined = undefined;
  hasHoles = false;
  /** Whose request it is: 0 or 1. */
  readonly from: 0 | 1;
  readonly #bursts: BurstLog;
  readonly #resets: { at: Moment; from: 0 | 1; code: number }[] = [];
  readonly #problems: string[] = [];

  constructor(id: number, protocol: Exchange['protocol'], from: 0 | 1, burstAllowance: Allowance) {
    this.id = id;
    this.protocol = protocol;
    this.from = from;
    this.#bursts = new BurstLog(burstAllowance);
  }

  /** Ended as it should: what may be dropped first. */
  get isPlain(): boolean {
    return this.complete !== undefined && this.#resets.length === 0;
  }

  addBody(bytes: number, packet: number, timeMs: number): void {
    this.bodyBytes += bytes;
    this.#bursts.add(packet, timeMs, bytes);
  }

  addReset(at: Moment, from: 0 | 1, code: number): void {
    if (this.#resets.length < MAX_RESETS) this.#resets.push({ at, from, code });
  }

  addProblem(problem: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }

  toEvidence(source: number, sides: readonly [Side, Side]): Exchange {
    const ref = ({ packet, timeMs }: Moment) => ({ ref: { source, at: packet }, atMs: timeMs });
    const { request, response, framing, contentLength, complete, requestComplete } = this;
    const resets: StreamReset[] = this.#resets.map(({ at, from, code }) => ({
      ...ref(at),
      from: sides[from],
      code,
    }));
    return {
      id: this.id,
      protocol: this.protocol,
      ...(request && {
        request: {
          ...ref(request.at),
          method: request.method,
          target: request.target,
          headers: request.headers,
        },
      }),
      ...(response && {
        response: { ...ref(response.at), status: response.status, headers: response.headers },
      }),
      ...(framing !== undefined && { framing }),
      ...(contentLength !== undefined && { contentLength }),
      bodyBytes: this.bodyBytes,
      bursts: this.#bursts.toEvidence(source),
      burstsLeftOut: this.#bursts.leftOut,
      ...(complete && { complete: ref(complete) }),
      ...(requestComplete && { requestComplete: ref(requestComplete) }),
      resets,
      hasHoles: this.hasHoles,
      problems: this.#problems,
    };
  }
}
