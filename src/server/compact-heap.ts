// Keeps V8's heap close to what lives in it. Left alone, the young generation grows with what survives, a storm of
// connects survives, and it keeps up to 128 MiB on a large machine; the old one takes 8 MiB and more before it is
// collected. For 5,000 streams that is more than the streams themselves (docs/decisions/lean-streams.md).

import { setFlagsFromString } from 'node:v8';

/** To be called before there is any load: what has grown stays. Who has set a size for the process is obeyed. */
export function keepHeapCompact(): void {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  if (/semi[-_]space/.test(given)) return;
  // [v8] --max-semi-space-size is read once, before any code of ours runs; these each time the heap would grow.
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--optimize-for-size');
}
