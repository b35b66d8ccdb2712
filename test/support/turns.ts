// Waits in turns of the event loop instead of in time.

/** Everything that was ready to run has run. */
export const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets the event loop turn until the answer is true. `what` names it when it never comes. */
export async function turnUntil(what: string, ask: () => boolean, limit = 10_000): Promise<void> {
  for (let turn = 0; turn < limit; turn++) {
    if (ask()) return;
    await turnOfLoop();
  }
  throw new Error(`Waited ${limit} turns of the event loop in vain for ${what}`);
}
