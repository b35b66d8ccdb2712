// Waits for a condition instead of for time to pass; every wait has a limit.

import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/** Asks until the answer is neither undefined nor false, and returns it. `what` names it when the wait fails. */
export async function waitFor<T>(
  what: string,
  ask: () => T | Promise<T>,
  limitMs = 10_000,
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
export async function within<T>(what: string, promise: Promise<T>, limitMs = 10_000): Promise<T> {
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
