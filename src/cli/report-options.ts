// The options of `holdfast report`.

import type { OptionRow } from './option-rows.ts';

export const reportFormats = ['text', 'json', 'markdown', 'html'] as const;

export const reportOptions = [
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
    description: 'write the report to this file instead of standard output',
  },
] as const satisfies readonly OptionRow[];
