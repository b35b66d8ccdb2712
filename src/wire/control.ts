// Control events: what a hub tells a client about its stream, as events of the reserved type `holdfast` with
// JSON data. An application that does not listen for the type never sees them.

import { encodeEvent } from './encode.ts';

/** The event type of every control event; publishers may not use it. */
export const CONTROL_TYPE = 'holdfast';

/** Why a stream ended. */
export type EndReason =
  | 'client-left'
  | 'client-reset'
  | 'client-lost'
  | 'stalled'
  | 'expired'
  | 'aged'
  | 'drain'
  | 'ended'
  | 'limit'
  | 'error';

/** Why events are missing: dropped by retention, from another log, or asked for by an id that is no position. */
export type GapReason = 'trimmed' | 'epoch' | 'unknown';

export type ControlEvent =
  /** The stream goes on after `from`; what was missed up to `head` follows. Both are ids. */
  | { readonly kind: 'resumed'; readonly from: string; readonly head: string }
  /** Events between `from` (the id that the client had, empty when it was no id) and `to` cannot be given. */
  | { readonly kind: 'gap'; readonly reason: GapReason; readonly from: string; readonly to: string }
  /** The stream ends; with `topic`, that topic has ended for good. */
  | { readonly kind: 'end'; readonly reason: EndReason; readonly topic?: string };

/** The block of a control event; with `id` it moves the client's cursor. */
export function encodeControl(control: ControlEvent, id?: string): string {
  return encodeEvent({ id, type: CONTROL_TYPE, data: JSON.stringify(control) });
}
