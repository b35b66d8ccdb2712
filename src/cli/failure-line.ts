// One operational failure as the one line that the command line prints about it.

import type { HoldfastError } from '../base/errors.ts';

/** `holdfast: <what happened>. <what to do>.`, whatever line ends and stops the parts come with. */
export function failureLine(failure: Pick<HoldfastError, 'message' | 'help'>): string {
  return `holdfast: ${[failure.message, failure.help].map(sentence).filter(Boolean).join(' ')}`;
}

function sentence(text: string): string {
  // Details can come from a server, so terminal control sequences are taken out along with the line ends.
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line === '' || /[.!?]$/.test(line) ? line : `${line}.`;
}
