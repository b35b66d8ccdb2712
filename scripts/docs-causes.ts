// Writes docs/causes (`npm run docs`). A test fails while the pages differ from the rules.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { causePages } from './cause-pages.ts';

const folder = new URL('../docs/causes/', import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of causePages()) writeFileSync(new URL(name, folder), text);
