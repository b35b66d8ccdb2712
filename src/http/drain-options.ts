// The options of `hub.drain`: docs, command line and checks are made from this table.

import { type GivenOptions, integer, milliseconds, type OptionTable, value } from '../base/options.ts';
import { AT_ONCE } from '../hub/drain-plan.ts';

export const drainOptions = {
  /** How long new streams are still taken after `/readyz` says no, in milliseconds: until nobody sends them here. */
  delayMs: milliseconds(0, 0),
  /** Over how long the streams are ended, in milliseconds. Fewer than 100 a second are not spread further. */
  windowMs: milliseconds(20_000, 0),
  /** The most streams that are ended a second, whatever the window: what those that take them over may admit. */
  maxPerSecond: integer(AT_ONCE.maxPerSecond),
  /** Called when the last new stream has been taken: stop listening here. */
  onLastStream: value<() => void>(
    () => {},
    'a function',
    (given) => typeof given === 'function',
  ),
} as const satisfies OptionTable;

export type DrainOptions = GivenOptions<typeof drainOptions>;
