// Writes docs/cli.md (`npm run docs`). A test fails while the page differs from the tables.

import { writeFileSync } from 'node:fs';
import { cliReference } from './cli-reference.ts';

writeFileSync(new URL('../docs/cli.md', import.meta.url), cliReference());
