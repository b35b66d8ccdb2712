// Waits for a condition instead of for time to pass; every wait has a limit.

import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;
/** Only what never comes takes so long: no test measures time by it, and machines can be busy. */
const WAIT_LIMIT_MS = 30_000;

/** Asks until the answer is neither undefined nor false, and returns it. `what` names it when the wait fails. */
export async function waitFor<T>(
  what: string,
  ask: () => T | Promise<T>,
  limitMs = WAIT_LIMIT_MS,
): Promise<Exclude<T, undefined | false>> {
  const untilMs = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (performance.now() > untilMs) throw new Error(`Waited ${limitMs} ms in vain for ${what}`);
    await delay(POLL_MS);
  }
}

/** The result of a promise that has to settle within the limit. */
export async function within<T>(what: string, promise: Promise<T>, limitMs = WAIT_LIMIT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${limitMs} ms in vain for ${what}`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
