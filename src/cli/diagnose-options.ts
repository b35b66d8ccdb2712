// The options of `holdfast diagnose pcap`.

import type { OptionRow } from './option-rows.ts';
import { reportFormats } from './report-options.ts';

export const diagnoseOptions = [
  {
    flag: '--format',
    kind: 'text',
    option: 'format',
    placeholder: 'format',
    choices: reportFormats,
    description: 'text, json, markdown or html; left out, what the name of --output ends in says, or text',
  },
  {
    flag: '--output',
    kind: 'text',
    option: 'output',
    placeholder: 'file',
    description: 'write the diagnosis to this file instead of standard output',
  },
] as const satisfies readonly OptionRow[];
