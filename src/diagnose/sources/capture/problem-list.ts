// What could not be read: the first few in words, and how many there were in all.

import type { Problem } from '../../evidence.ts';

const MAX_LISTED = 32;

export class ProblemList {
  readonly listed: Problem[] = [];
  count = 0;

  add(message: string, offset?: number): void {
    this.count++;
    if (this.listed.length < MAX_LISTED)
      this.listed.push({ message, ...(offset !== undefined && { offset }) });
  }
}
