// `--header 'Name: value'`, as curl takes it.

import { validateHeaderName, validateHeaderValue } from 'node:http';
import { usageError } from './usage-failure.ts';

/** @throws HoldfastError ERR_USAGE for what is no header, or would be more than one. */
export function readHeader(text: string): readonly [name: string, value: string] {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0));
  const value = text.slice(colon + 1).trim();
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return [name, value];
  } catch {
    throw usageError(`Option --header cannot be ${JSON.stringify(text)}`, 'Write it as "Name: value"');
  }
}
