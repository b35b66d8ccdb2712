// The options of `holdfast soak`: those of load, with defaults for hours instead of seconds.

import { integer, type OptionTable } from '../base/options.ts';
import { loadOptions, loadRules } from './load-options.ts';
import type { OptionRow } from './option-rows.ts';

export const soakRules = {
  ...loadRules,
  durationMs: integer(3_600_000, 60_000),
} as const satisfies OptionTable;

export const soakOptions = [
  ...loadOptions,
  {
    flag: '--resume',
    kind: 'flag',
    option: 'resume',
    description: 'go on with the run in --output, which was interrupted, until its duration is over',
  },
] as const satisfies readonly OptionRow[];
