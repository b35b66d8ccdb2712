// The options of `holdfast soak`: those of load, with defaults for hours instead of seconds.

import { integer, type OptionTable } from '../base/options.ts';
import { loadOptions, loadRules } from './load-options.ts';
import type { OptionRow } from './option-rows.ts';

export const soakRules = {
  ...loadRules,
  // A leak of 1 KiB a reconnect has to show within ten minutes: see docs/load.md for the numbers.
  streams: { ...loadRules.streams, default: 500 },
  durationMs: integer(3_600_000, 60_000),
} as const satisfies OptionTable;

export const soakOptions = [
  ...loadOptions.filter(({ flag }) => flag !== '--churn'),
  {
    flag: '--churn',
    kind: 'text',
    option: 'churn',
    placeholder: 'rate',
    default: '100/s',
    description: 'clients that are cut off and come back: leaks mostly belong to them; or none',
  },
  {
    flag: '--resume',
    kind: 'text',
    option: 'resume',
    placeholder: 'file',
    description: 'go on with the run in this result file, which was interrupted, until its duration is over',
  },
] as const satisfies readonly OptionRow[];
