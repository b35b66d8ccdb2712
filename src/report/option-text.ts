// An option of a run in words. Result files are written without secrets; those of other tools, or of an earlier version,
// may hold some, and a report shows none.

import { redact } from '../base/redact.ts';

/** The option's value; empty for what was not given. */
export function optionText(name: string, value: unknown): string {
  return textOf(redact(value, name));
}

function textOf(value: unknown): string {
  if (value === undefined || value === null || value === '' || value === false) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value !== 'object') return String(value);
  const parts = Object.entries(value).map(([key, inner]) => [key, textOf(inner)]);
  return parts
    .filter(([, text]) => text !== '')
    .map(([key, text]) => `${key}: ${text}`)
    .join(', ');
}
