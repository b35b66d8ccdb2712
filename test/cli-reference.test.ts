import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cliReference } from '../scripts/cli-reference.ts';

test('docs/cli.md says what the command line takes; `npm run docs` writes it again', () => {
  const page = readFileSync(new URL('../docs/cli.md', import.meta.url), 'utf8');
  assert.equal(page, cliReference());
});
