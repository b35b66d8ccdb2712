// What lmdb says of a commit that failed is an error whose cause is a second promise, `commitError`, rejected as
// well. Nobody else looks at it, and a rejection that nobody looks at ends the process (kriszyp/lmdb-js#368).

// The cause is rejected in the same turn as the error; this is for the day when it is not.
const CAUSE_LIMIT_MS = 1000;

/** The cause of a failed commit. */
export async function causeOfCommit(error: unknown): Promise<unknown> {
  const cause = (error as { commitError?: Promise<never> } | undefined)?.commitError;
  if (cause === undefined) return error;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<unknown>((resolve) => {
    timer = setTimeout(resolve, CAUSE_LIMIT_MS, error);
  });
  try {
    return await Promise.race([cause.catch((reason: unknown) => reason), late]);
  } finally {
    clearTimeout(timer);
  }
}
