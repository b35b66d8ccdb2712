// How long a process that has ended is waited for with its replacement: not at all the first time, and then longer and
// longer while it keeps ending. It never gives up: what keeps it from starting may be over any moment.

const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** Who has lived that long has not failed because of how it was started. */
export const LIVED_WELL_MS = 30_000;

/** `failures`: how many processes in a row have ended early, this one included. */
export function restartDelayMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(FIRST_MS * 2 ** (failures - 2), LONGEST_MS);
}
