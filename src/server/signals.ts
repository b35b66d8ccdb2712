// SIGTERM and SIGINT: the first asks for a clean stop, the second ends the process at once. SIGHUP: new workers.

import type { Logger } from '../base/logger.ts';
import type { Replaced } from './shards/running-hub.ts';

/**
 * A second signal this soon is the same request: on Ctrl-C the terminal signals the whole process group, and
 * npm passes its own copy on to the script that it runs.
 */
const SAME_REQUEST_MS = 500;

/** Waits for the first signal to stop. From then on another one ends the process at once; without more, it exits with 1. */
export function untilStopSignal(endNow: () => void = () => process.exit(1)): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (firstAtMs === undefined) {
        firstAtMs = performance.now();
        resolve(signal);
      } else if (performance.now() - firstAtMs > SAME_REQUEST_MS) {
        endNow();
      }
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/**
 * Does something at each SIGHUP, one after the other. On a terminal SIGHUP says that the terminal is gone, and ends the
 * process as it always does.
 */
export function onReloadSignal(logger: Logger, reload: () => Promise<Replaced>): void {
  if (process.stdin.isTTY || process.stdout.isTTY) return;
  let reloading = Promise.resolve();
  process.on('SIGHUP', () => {
    reloading = reloading
      .then(async () => {
        logger.info({}, 'SIGHUP: replacing the workers');
        const { replaced, workers } = await reload();
        const isWhole = replaced === workers;
        logger.info(
          { replaced, workers },
          isWhole ? 'Every worker was replaced' : 'Not every worker was replaced',
        );
      })
      .catch((error: unknown) => {
        logger.error({ err: error }, 'Not every worker was replaced; the others go on');
      });
  });
}
