// How a capture is read, and what that may cost.

import { type GivenOptions, integer, type ResolvedOptions, value } from '../../../base/options.ts';

const captureOptionTable = {
  /** How the source is named in the evidence: the file as the user named it. */
  name: value('capture', 'a text', (given) => typeof given === 'string'),
  /** Its index among the sources of the evidence. */
  source: integer(0, 0, 65_535),
  /** Connections that are followed, at about 12 KiB each; those that begin when there are as many are only counted. */
  maxFlows: integer(5000, 1, 1_000_000),
} as const;

export type ReadCaptureOptions = GivenOptions<typeof captureOptionTable>;
export type CaptureOptions = ResolvedOptions<typeof captureOptionTable>;
export { captureOptionTable };

// What all flows of a capture may keep together beyond what each may for sure.
export const KEPT_SEGMENTS = 65_536;
export const KEPT_BURSTS = 65_536;
export const KEPT_EXCHANGES = 32_768;
export const HELD_BYTES = 16_777_216;
